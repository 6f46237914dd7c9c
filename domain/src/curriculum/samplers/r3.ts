// Owns: strategy 34 of paper section 7, starts late in a demonstration that slide back. Must not know: other strategies, what a demonstration is.
import { z } from "zod";
import { pickUniform } from "../pick.ts";
import { defineSampler } from "../sampler.ts";

const Parameters = z.strictObject({
  kind: z.literal("r3"),
  /** Starts along a demonstration; the last one is its beginning. Chosen here. */
  stages: z.number().int().min(2).max(64).default(6),
  /** staged: one start after the other. mixed: R3's, every start at any time. */
  mode: z.enum(["staged", "mixed"]).default("staged"),
});
type Parameters = z.infer<typeof Parameters>;

/** Share of the demonstration given at stage 0 .. stages - 1: from (stages - 1) / stages down to 0. */
export const startAt = (stage: number, stages: number): number => (stages - 1 - stage) / stages;

const stageAt = ({ stages }: Parameters, step: number, totalSteps: number): number =>
  Math.min(stages - 1, Math.floor(((step - 1) * stages) / totalSteps));

export const sampler = defineSampler<Parameters, null>({
  kind: "r3",
  summary: "uniform, but a rollout begins late in the reference solution, and that beginning slides back to none",
  source: "R3, arXiv 2402.05808",
  hook: "startOf: the environment's `demonstration`, of which a beginning is written behind the prompt",
  parameters: Parameters,
  start: () => null,
  draw: (_, __, { pool, count, random }) => pickUniform(pool.problems, count, random),
  startOf: (parameters, _, { step, totalSteps, random }) => {
    const { mode, stages } = parameters;
    if (mode === "staged") return startAt(stageAt(parameters, step, totalSteps), stages);
    return startAt(random.int(stages), stages);
  },
  metrics: (parameters, _, { step, totalSteps }) =>
    parameters.mode === "mixed" ? {} : { start: startAt(stageAt(parameters, step, totalSteps), parameters.stages) },
});
