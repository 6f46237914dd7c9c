// Owns: strategy 26 of paper section 7, a sliding window of levels. Must not know: other strategies.
import { z } from "zod";
import { levelOf, pickByLevel, quantileLevels } from "../levels.ts";
import { figuresOf } from "../outcome.ts";
import { defineSampler } from "../sampler.ts";

const Parameters = z.strictObject({
  kind: z.literal("rlve"),
  /** Levels of equal size by measured pass rate, in place of RLVE's generated environments. */
  levels: z.number().int().min(2).max(100).default(10),
  /** Accuracy on the top level at which the window moves up. */
  raiseAt: z.number().gt(0).max(1).default(0.9),
  /** Groups of the top level that must have been seen: 8 groups are 8 G samples. */
  groups: z.number().int().min(1).default(8),
  window: z.number().int().min(1).default(4),
});
type Parameters = z.infer<typeof Parameters>;

/** The top level, and what was seen on it since it became the top. */
interface State {
  top: number;
  groups: number;
  attempts: number;
  passes: number;
}

const inWindow = ({ window }: Parameters, { top }: State, levels: number): number[] =>
  Array.from({ length: levels }, (_, i) => (i <= top && i > top - window ? 1 : 0));

export const sampler = defineSampler<Parameters, State>({
  kind: "rlve",
  summary: "uniform over a window of levels whose top rises when it is solved nine times in ten",
  source: "RLVE, arXiv 2511.07317",
  parameters: Parameters,
  start: () => ({ top: 0, groups: 0, attempts: 0, passes: 0 }),
  draw: (parameters, state, { pool, count, random }) => {
    const levels = quantileLevels(pool, parameters.levels);
    return pickByLevel(levels, inWindow(parameters, state, levels.length), count, random);
  },
  observe: (parameters, state, outcome, { pool }) => {
    const levels = quantileLevels(pool, parameters.levels);
    if (levelOf(levels, outcome.problemId) !== state.top) return;
    const { attempts, passes } = figuresOf(outcome);
    state.groups++;
    state.attempts += attempts;
    state.passes += passes;
    if (state.groups < parameters.groups || state.passes < parameters.raiseAt * state.attempts || state.top === levels.length - 1) return;
    Object.assign(state, { top: state.top + 1, groups: 0, attempts: 0, passes: 0 });
  },
  metrics: (_, state) => ({ top_level: state.top }),
});
