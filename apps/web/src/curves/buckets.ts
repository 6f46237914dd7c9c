// Owns: the difficulty bands in order and how they are written. Must not know: pages.

export const BUCKETS = ["EASY", "EASY_MEDIUM", "MEDIUM", "HARD"] as const;
/** `easy-medium`; what is in no band is told so. */
export const bucketName = (bucket: string | null | undefined): string =>
  bucket == null || bucket === "NONE" ? "no bucket" : bucket.toLowerCase().replaceAll("_", "-");
