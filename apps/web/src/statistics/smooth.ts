// Owns: smoothing of a curve, by name and off unless asked for. Must not know: charts.

/** Exponential moving average: each place is `weight` of the one before and the rest its own; a null stays null and is passed over. */
export function exponentialAverage(values: readonly (number | null)[], weight: number): (number | null)[] {
  let [sum, share] = [0, 0];
  return values.map((value) => {
    if (value === null) return null;
    sum = weight * sum + (1 - weight) * value;
    share = weight * share + (1 - weight);
    // Divided by the shares so far: the first places are not pulled to 0.
    return sum / share;
  });
}
