// Owns: a mean over seeds with its 95% Student t interval, as the API gives it, for points that arrive live. Must not know: charts.

/** 97.5% quantiles of Student's t for 1 to 30 degrees of freedom. */
const QUANTILES = [
  12.706204736, 4.30265273, 3.182446305, 2.776445105, 2.570581836, 2.446911851, 2.364624252, 2.306004135, 2.262157163, 2.228138852,
  2.20098516, 2.17881283, 2.160368656, 2.144786688, 2.131449546, 2.119905299, 2.109815578, 2.10092204, 2.093024054, 2.085963447,
  2.079613845, 2.073873068, 2.06865761, 2.063898562, 2.059538553, 2.055529439, 2.051830516, 2.048407142, 2.045229642, 2.042272456,
];
const Z = 1.959963984540054;

/** 97.5% quantile of Student's t; above 30 degrees the expansion of Cornish and Fisher, off by less than 2e-6. */
export function t975(degrees: number): number {
  const known = QUANTILES[degrees - 1];
  if (known !== undefined) return known;
  return (
    Z +
    (Z ** 3 + Z) / (4 * degrees) +
    (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / (96 * degrees ** 2) +
    (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / (384 * degrees ** 3)
  );
}

export interface SeedMean {
  readonly mean: number;
  /** Null under two seeds: one seed has no interval. */
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
}

/** What one seed's run came to. */
export interface SeedValue {
  readonly seed: number;
  readonly value: number;
}

/** Several runs of one seed (a fork, runs of others that name none) are one sample of it: their mean. */
export const meansBySeed = (values: readonly SeedValue[]): number[] =>
  [...Map.groupBy(values, ({ seed }) => seed).values()].map((of) => of.reduce((sum, { value }) => sum + value, 0) / of.length);

/** Null for no values. */
export function meanOverSeeds(values: readonly number[]): SeedMean | null {
  const n = values.length;
  if (n === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { mean, low: null, high: null, n };
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const half = (t975(n - 1) * deviation) / Math.sqrt(n);
  return { mean, low: mean - half, high: mean + half, n };
}
