// Owns: strategy 25 of paper section 7, a difficulty controller that holds accuracy at one half. Must not know: other strategies.
import { z } from "zod";
import { levelMetrics, pickByLevel, quantileLevels } from "../levels.ts";
import { figuresOf } from "../outcome.ts";
import { defineSampler } from "../sampler.ts";
import { emptyStep, gather, meansOf, type StepMeans } from "../step-means.ts";

const Parameters = z.strictObject({
  kind: z.literal("scaler"),
  /** Levels of equal size by measured pass rate, in place of SCALER's generated environments. */
  levels: z.number().int().min(2).max(100).default(10),
  gain: z.number().positive().default(2),
  target: z.number().gt(0).lt(1).default(0.5),
  start: z.number().min(0).default(0),
});
type Parameters = z.infer<typeof Parameters>;

interface State {
  level: number;
  open: StepMeans;
}

/** d <- clip(d + clip(k (accuracy - target), -1, 1), 0, top). */
export function nextLevel(level: number, accuracy: number, gain: number, target: number, top: number): number {
  return Math.min(top, Math.max(0, level + Math.min(1, Math.max(-1, gain * (accuracy - target)))));
}

function currentLevel({ gain, target }: Parameters, { level, open }: State, top: number): number {
  const accuracy = meansOf(open)["accuracy"];
  return accuracy === undefined ? Math.min(level, top) : nextLevel(level, accuracy, gain, target, top);
}

/** A fractional level is a mix of its two neighbours. */
function mixOf(level: number, levels: number): number[] {
  return Array.from({ length: levels }, (_, i) => Math.max(0, 1 - Math.abs(i - level)));
}

export const sampler = defineSampler<Parameters, State>({
  kind: "scaler",
  summary: "one difficulty level that moves up and down to hold accuracy at one half",
  source: "SCALER, arXiv 2601.04809, its repository",
  parameters: Parameters,
  start: ({ start }) => ({ level: start, open: emptyStep() }),
  draw: (parameters, state, { pool, count, random }) => {
    const levels = quantileLevels(pool, parameters.levels);
    return pickByLevel(levels, mixOf(currentLevel(parameters, state, levels.length - 1), levels.length), count, random);
  },
  observe: (parameters, state, outcome, { pool }) => {
    const { attempts, passes } = figuresOf(outcome);
    if (attempts === 0) return;
    const top = Math.min(parameters.levels, pool.problems.length) - 1;
    gather(state.open, outcome.step, "accuracy", passes / attempts, (means) => {
      state.level = nextLevel(state.level, means["accuracy"]!, parameters.gain, parameters.target, top);
    });
  },
  metrics: (parameters, state, { pool }) => {
    const top = Math.min(parameters.levels, pool.problems.length) - 1;
    const level = currentLevel(parameters, state, top);
    return { level, ...levelMetrics(mixOf(level, top + 1)) };
  },
});
