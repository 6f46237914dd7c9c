// Owns: correction for several comparisons at once. Must not know: what was compared.

/** Holm's step-down adjusted p-values (Holm 1979), in the order given. */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const adjusted = Array.from({ length: pValues.length }, () => 0);
  let floor = 0;
  for (const [rank, { p, index }] of order.entries()) {
    floor = Math.max(floor, Math.min(1, (pValues.length - rank) * p));
    adjusted[index] = floor;
  }
  return adjusted;
}

/** Chance that a run of b beats a run of a, ties half: Mann-Whitney U over pairs (rliable's probability of improvement). Throws RangeError on an empty side. */
export function probabilityOfImprovement(a: readonly number[], b: readonly number[]): number {
  if (a.length === 0 || b.length === 0) throw new RangeError("both sides need runs");
  const wins = a.flatMap((x) => b.map((y) => (y > x ? 1 : y === x ? 0.5 : 0)));
  return wins.reduce<number>((sum, win) => sum + win, 0) / wins.length;
}
