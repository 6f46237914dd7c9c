// Owns: difficulty bands over measured pass rates. Must not know: who measured, or which curriculum asks.
import type { Bucket, MeasuredPassRate } from "./problem.ts";

/** broad: paper Table 3, section 4.4. narrow: the bins of the chains, sections 4.2-4.3, with gaps on purpose. */
export type BucketScheme = "broad" | "narrow";

interface Band {
  readonly bucket: Bucket;
  /** Bounds in hundredths, as printed in the paper. */
  readonly low: number;
  readonly high: number;
}

/** Bands touch, so a bound belongs to the easier band, and the top one to EASY. Of 32: EASY 28-31, EASY_MEDIUM 20-27, MEDIUM 9-19, HARD 4-8. */
const BROAD: readonly Band[] = [
  { bucket: "EASY", low: 85, high: 97 },
  { bucket: "EASY_MEDIUM", low: 61, high: 85 },
  { bucket: "MEDIUM", low: 26, high: 61 },
  { bucket: "HARD", low: 10, high: 26 },
];

/** Bounds hold for the rate rounded to hundredths, as printed. Of 32: EASY 26-29, MEDIUM 13-19, HARD 2-5. */
const NARROW: readonly Band[] = [
  { bucket: "EASY", low: 81, high: 91 },
  { bucket: "MEDIUM", low: 41, high: 59 },
  { bucket: "HARD", low: 5, high: 16 },
];

/** The band of a measured pass rate; null where it lies in none (always or never solved, or in a gap). */
export function bucketOf(rate: MeasuredPassRate, scheme: BucketScheme = "broad"): Bucket | null {
  if (scheme === "narrow") {
    const hundredths = Math.round((100 * rate.passes) / rate.attempts);
    return NARROW.find((band) => hundredths >= band.low && hundredths <= band.high)?.bucket ?? null;
  }
  // Integers only: a rate of exactly a bound must not fall by rounding.
  const scaled = 100 * rate.passes;
  return BROAD.find((band) => scaled >= band.low * rate.attempts && scaled <= band.high * rate.attempts)?.bucket ?? null;
}

/** The general filter of the paper (2.5): 0.01 <= p <= 0.97, of 32 exactly 1 to 31. */
export function isLearnable(rate: MeasuredPassRate): boolean {
  return 100 * rate.passes >= rate.attempts && 100 * rate.passes <= 97 * rate.attempts;
}
