// Owns: pass@k from c of n (Chen et al., arXiv 2107.03374). Must not know: where results come from.

/** 1 − C(n−c, k) / C(n, k), without large factorials; null where k is more than n. */
export function passAtK(passes: number, samples: number, k: number): number | null {
  if (k > samples || k < 1) return null;
  if (samples - passes < k) return 1;
  let none = 1;
  for (let at = samples - passes + 1; at <= samples; at++) none *= 1 - k / at;
  return 1 - none;
}

/** 1, 2, 4 and so on up to n, and n itself. */
export function usefulKs(samples: number): number[] {
  const powers = Array.from({ length: 12 }, (_, power) => 2 ** power).filter((k) => k < samples);
  return samples < 1 ? [] : [...powers, samples];
}
