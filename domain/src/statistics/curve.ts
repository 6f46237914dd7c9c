// Owns: scalars of a learning curve. Must not know: what the axes are.

/** Points in rising order of x. */
export type Curve = readonly { readonly x: number; readonly y: number }[];

/** Area under the curve by trapezoids, divided by its width: the mean height. Null under two points. */
export function meanHeight(curve: Curve): number | null {
  if (curve.length < 2) return null;
  const width = curve.at(-1)!.x - curve[0]!.x;
  const area = curve.slice(1).reduce((sum, point, i) => sum + ((point.y + curve[i]!.y) / 2) * (point.x - curve[i]!.x), 0);
  return area / width;
}

/** First x whose y is at least the threshold, between points by a straight line; null where it is never reached. */
export function firstReach(curve: Curve, threshold: number): number | null {
  const at = curve.findIndex(({ y }) => y >= threshold);
  if (at === -1) return null;
  const [before, after] = [curve[at - 1], curve[at]!];
  if (before === undefined) return after.x;
  return before.x + ((threshold - before.y) / (after.y - before.y)) * (after.x - before.x);
}

/** The highest point, the first of equals; null for an empty curve. The best of many looks better than it is: report it beside the final one. */
export function best(curve: Curve): { readonly x: number; readonly y: number } | null {
  return curve.reduce<{ x: number; y: number } | null>((top, point) => (top === null || point.y > top.y ? point : top), null);
}
