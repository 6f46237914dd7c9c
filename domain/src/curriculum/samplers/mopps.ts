// Owns: strategy 19 of paper section 7, Thompson draws from a posterior of each problem. Must not know: other strategies.
import { z } from "zod";
import type { Random } from "../../random.ts";
import { figuresOf } from "../outcome.ts";
import { defineSampler } from "../sampler.ts";

const Parameters = z.strictObject({
  kind: z.literal("mopps"),
  /** Pass rate that draws should come near. */
  target: z.number().min(0).max(1).default(0.5),
  prior: z.number().positive().default(1),
  /** Share of the posterior that survives an update, since the policy moves. Chosen here. */
  memory: z.number().min(0).max(1).default(0.5),
});

/** Problem id -> parameters of its Beta posterior. */
type State = Record<string, [alpha: number, beta: number]>;

export const sampler = defineSampler<z.infer<typeof Parameters>, State>({
  kind: "mopps",
  summary: "draws a pass rate from each problem's Beta posterior and takes those nearest the target",
  source: "MoPPS, arXiv 2507.04632",
  parameters: Parameters,
  start: () => ({}),
  draw: ({ target, prior }, state, { pool, count, random }) => {
    const drawn = pool.problems.map((problem) => ({
      id: problem.id,
      distance: Math.abs(drawBeta(...(state[problem.id] ?? [prior, prior]), random) - target),
    }));
    drawn.sort((a, b) => a.distance - b.distance);
    return Array.from({ length: count }, (_, i) => drawn[i % drawn.length]!.id);
  },
  observe: ({ prior, memory }, state, outcome) => {
    const { attempts, passes } = figuresOf(outcome);
    const [alpha, beta] = state[outcome.problemId] ?? [prior, prior];
    state[outcome.problemId] = [memory * alpha + (1 - memory) * prior + passes, memory * beta + (1 - memory) * prior + attempts - passes];
  },
});

/** Beta(a, b) as a ratio of two gammas. */
export function drawBeta(a: number, b: number, random: Random): number {
  const x = drawGamma(a, random);
  return x / (x + drawGamma(b, random));
}

/** Gamma(shape, 1) by Marsaglia and Tsang (2000); under shape 1 by their boost. */
function drawGamma(shape: number, random: Random): number {
  if (shape < 1) return drawGamma(shape + 1, random) * (1 - random.next()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const z = random.normal();
    const v = (1 + z / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random.next()) < 0.5 * z * z + d - d * v + d * Math.log(v)) return d * v;
  }
}
