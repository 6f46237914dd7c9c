// Owns: ScaleRL's saturating curve, fitted. Must not know: what compute is counted in.
import type { Curve } from "./curve.ts";

/** R(C) = start + (asymptote - start) / (1 + (midpoint / C)^exponent), C > 0 (ScaleRL, arXiv 2510.13786, equation 1). */
export interface SigmoidFit {
  /** R_0, given. */
  readonly start: number;
  /** A: what the curve tends to. */
  readonly asymptote: number;
  /** B: how steeply. */
  readonly exponent: number;
  /** C_mid: where half of the gain is made. */
  readonly midpoint: number;
  /** Sum of squared residuals. */
  readonly squaredError: number;
  readonly n: number;
  /** What to know before believing it; null where nothing speaks against it. */
  readonly note: string | null;
}

export function sigmoidAt(
  { start, asymptote, exponent, midpoint }: Pick<SigmoidFit, "start" | "asymptote" | "exponent" | "midpoint">,
  x: number,
): number {
  return x <= 0 ? start : start + (asymptote - start) / (1 + (midpoint / x) ** exponent);
}

type Parameters = readonly [asymptote: number, logExponent: number, logMidpoint: number];

/**
 * Least squares over points with x > 0, `start` being the reward before training. Levenberg-Marquardt over (A, ln B, ln C_mid) from several
 * beginnings, since the valley is long where the curve has not bent yet. Null under four points or where nothing moves.
 */
export function fitSigmoid(curve: Curve, start: number): SigmoidFit | null {
  const points = curve.filter(({ x, y }) => x > 0 && Number.isFinite(y));
  if (points.length < 4 || points.every(({ y }) => y === start)) return null;
  const [first, last] = [points[0]!.x, points.at(-1)!.x];
  const highest = Math.max(...points.map(({ y }) => y));
  const beginnings = [0.25, 0.5, 1].flatMap((place) =>
    [0.7, 1.5, 3].map((exponent): Parameters => [highest, Math.log(exponent), Math.log(first + place * (last - first))]),
  );
  const fits = beginnings.map((beginning) => descend(points, start, beginning));
  const [best, squaredError] = fits.reduce((a, b) => (b[1] < a[1] ? b : a));
  const [asymptote, exponent, midpoint] = [best[0], Math.exp(best[1]), Math.exp(best[2])];
  const note =
    midpoint > last
      ? `the half-way point lies beyond the last point: the asymptote is a guess`
      : points.length < 8
        ? `only ${points.length} points for three parameters`
        : null;
  return { start, asymptote, exponent, midpoint, squaredError, n: points.length, note };
}

function descend(points: Curve, start: number, from: Parameters): readonly [Parameters, number] {
  let at = from;
  let error = errorOf(points, start, at);
  let damping = 1e-3;
  for (let i = 0; i < 500 && damping < 1e12; i++) {
    const step = stepFrom(points, start, at, damping);
    const next: Parameters = [at[0] + step[0], at[1] + step[1], at[2] + step[2]];
    const nextError = errorOf(points, start, next);
    if (nextError <= error) {
      const gained = error - nextError;
      [at, error] = [next, nextError];
      damping = Math.max(1e-15, damping / 10);
      if (gained <= 1e-16 * error && Math.hypot(...step) < 1e-10) break;
    } else damping *= 10;
  }
  return [at, error];
}

function errorOf(points: Curve, start: number, [asymptote, logExponent, logMidpoint]: Parameters): number {
  const shape = { start, asymptote, exponent: Math.exp(logExponent), midpoint: Math.exp(logMidpoint) };
  const total = points.reduce((sum, { x, y }) => sum + (y - sigmoidAt(shape, x)) ** 2, 0);
  return Number.isFinite(total) ? total : Number.POSITIVE_INFINITY;
}

/** Solves (J'J + damping diag(J'J)) step = J'r. */
function stepFrom(
  points: Curve,
  start: number,
  [asymptote, logExponent, logMidpoint]: Parameters,
  damping: number,
): [number, number, number] {
  const exponent = Math.exp(logExponent);
  const normal = [0, 1, 2].map(() => [0, 0, 0, 0]);
  for (const { x, y } of points) {
    const distance = logMidpoint - Math.log(x);
    const share = 1 / (1 + Math.exp(exponent * distance));
    const slope = -(asymptote - start) * share * (1 - share) * exponent;
    const gradient = [share, slope * distance, slope];
    const residual = y - (start + (asymptote - start) * share);
    for (const [row, values] of normal.entries()) {
      for (let column = 0; column < 3; column++) values[column]! += gradient[row]! * gradient[column]!;
      values[3]! += gradient[row]! * residual;
    }
  }
  for (const [row, values] of normal.entries()) values[row]! += damping * Math.max(values[row]!, 1e-12);
  return solve(normal);
}

/** Gaussian elimination with pivots of three rows [a, b, c | d]. */
function solve(rows: number[][]): [number, number, number] {
  for (let column = 0; column < 3; column++) {
    const pivot = [column, column + 1, column + 2]
      .filter((row) => row < 3)
      .reduce((a, b) => (Math.abs(rows[b]![column]!) > Math.abs(rows[a]![column]!) ? b : a));
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    for (let row = column + 1; row < 3; row++) {
      const factor = rows[row]![column]! / rows[column]![column]!;
      for (let i = column; i < 4; i++) rows[row]![i]! -= factor * rows[column]![i]!;
    }
  }
  const out: [number, number, number] = [0, 0, 0];
  for (let row = 2; row >= 0; row--) {
    const known = [0, 1, 2].reduce((sum, column) => (column > row ? sum + rows[row]![column]! * out[column]! : sum), 0);
    out[row] = (rows[row]![3]! - known) / rows[row]![row]!;
  }
  return out;
}
