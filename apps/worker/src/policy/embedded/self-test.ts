// Owns: whether an execution provider computes a training step as the CPU does. Must not know: which providers there are.
import { stream } from "@gradus/domain/random";
import type { Datum } from "../policy-engine.ts";
import type { RuntimeOptions } from "./graph-session.ts";
import type { ModelSpec } from "./model-spec.ts";
import { createModelState } from "./model-state.ts";
import { Trainer } from "./trainer.ts";

/** Every op of the real graphs at a size that takes no time. */
const MODEL: ModelSpec = {
  vocabulary: 32,
  width: 32,
  layers: 2,
  heads: 2,
  hidden: 64,
  positions: "rotary",
  promptBuckets: [8],
  completionBuckets: [8],
  samplingGrid: { prompts: 4, samples: 4 },
};

/** Relative l2 distance of gradients that rounding alone may make: float32 sums in another order stay near 1e-6, tensor cores near 1e-3. */
const TOLERANCE = 5e-3;

/** Loss and gradients of one training step. */
export interface StepResult {
  readonly loss: number;
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

/** One ppo step on fixed data. @throws Error naming the provider when it is not there */
export async function trainingStep(runtime: RuntimeOptions): Promise<StepResult> {
  const random = stream("self-test");
  const tokens = (count: number): number[] => Array.from({ length: count }, () => random.int(MODEL.vocabulary));
  const data = Array.from({ length: 16 }, (): Datum => {
    const completionTokens = tokens(8);
    const samplerLogProbs = completionTokens.map(() => -Math.log(MODEL.vocabulary) + 0.3 * random.normal());
    return {
      promptTokens: tokens(8),
      completionTokens,
      weights: completionTokens.map(() => 1),
      samplerLogProbs,
      advantage: random.normal(),
    };
  });
  const model = createModelState(MODEL, 1);
  const trainer = new Trainer(MODEL, runtime);
  const { loss } = await trainer.forwardBackward(model, data, { name: "ppo", lengthNorm: "token" });
  await trainer.release();
  return { loss, gradients: model.accumulated?.gradients ?? new Map() };
}

/** Relative l2 distance of all gradients; NaN where one is not a number. */
export function distance(found: StepResult, wanted: StepResult): number {
  let [difference, size] = [0, 0];
  for (const [name, values] of wanted.gradients) {
    values.forEach((value, index) => {
      difference += (value - (found.gradients.get(name)?.[index] ?? Number.NaN)) ** 2;
      size += value ** 2;
    });
  }
  return Math.sqrt(difference / size);
}

/** @throws Error when the provider is not there, or its step is not the CPU's */
export async function selfTest(runtime: RuntimeOptions): Promise<void> {
  const found = await trainingStep(runtime);
  refuseOther(runtime.provider, found, await trainingStep({ ...runtime, provider: "cpu" }));
}

/** @throws Error naming the provider and the distance where the steps differ by more than rounding */
export function refuseOther(provider: string, found: StepResult, cpu: StepResult): void {
  const apart = Math.max(distance(found, cpu), Math.abs(found.loss - cpu.loss) / Math.max(Math.abs(cpu.loss), 1e-2));
  if (!(apart <= TOLERANCE))
    throw new Error(
      `execution provider "${provider}" computes another training step than cpu: ${apart.toExponential(1)} apart, rounding makes at most ${TOLERANCE}`,
    );
}
