// Owns: the update stage: one policy-gradient update, committed once, with bytes durable before their row. Must not know: rewards' making.
import { stepScope } from "@gradus/domain";
import type { BlobStore, PolicyRef, RolloutSink, TrainingRollout, TrainingSpec, UpdateReport } from "@gradus/domain";
import type { Lease, StepRef, Updated } from "@gradus/workflows";
import type { EngineHost, HostedModel } from "../policy/engine-host.ts";
import { NonFiniteUpdate } from "../policy/policy-engine.ts";
import type { Datum, LossSpec } from "../policy/policy-engine.ts";
import { asStage } from "./activity.ts";

interface Deps {
  readonly sink: RolloutSink;
  readonly host: EngineHost;
  readonly blobs: BlobStore;
  readonly nodeId: string;
}

export const updatePolicy =
  (deps: Deps) =>
  (input: StepRef & { readonly policy: PolicyRef; readonly lease: Lease }): Promise<Updated> =>
    asStage(deps.sink, deps.nodeId, "UPDATE", stepScope(input.experimentId, input.runId, input.step), async () => {
      const { sink, host, blobs } = deps;
      const { runId, step, policy, lease } = input;
      const { made, reference, rollouts, training } = await sink.readUpdating(input);
      if (made !== null) return { policy: made, refused: null };
      const referenceLogProbs = training.loss.klWeight === 0 ? null : await logProbsUnder(host, reference, rollouts);
      return host.use(runId, policy.hash, async (model): Promise<Updated> => {
        const learned = await learn(model, { rollouts, referenceLogProbs }, training, step);
        if (typeof learned === "string") {
          model.settled(policy.hash);
          await sink.refuseUpdate(input, lease.epoch, learned);
          return { policy, refused: learned };
        }
        const bytes = await model.engine.saveState(runId);
        const hash = await blobs.put(bytes);
        const version = policy.version + 1;
        await sink.commitPolicy({
          runId,
          epoch: lease.epoch,
          step,
          version,
          hash,
          bytes: bytes.byteLength,
          engine: model.engine.capabilities.engine,
          report: learned,
        });
        model.settled(hash);
        return { policy: { version, hash }, refused: null };
      });
    });

/** The loss in the engine's words: an experiment says how far the ratio may go, the engine's bounds are on the ratio itself. */
export function lossOf({ loss }: Pick<TrainingSpec, "loss">): LossSpec {
  return { ...loss, clipLow: 1 - loss.clipLow, clipHigh: 1 + loss.clipHigh };
}

/** The rollouts' log-probabilities under other weights than those that are trained. Loaded for this alone: an engine may be short of room. */
async function logProbsUnder(host: EngineHost, policy: PolicyRef | null, rollouts: readonly TrainingRollout[]): Promise<number[][]> {
  if (policy === null) throw new Error("a KL penalty needs the run's first policy, and the run has none yet");
  return host.use(`reference/${policy.hash}`, policy.hash, async ({ engine, modelId, changing }) => {
    const logProbs = await engine.logProbs(
      modelId,
      rollouts.map(({ promptTokens, completionTokens }) => ({ promptTokens, completionTokens })),
    );
    changing();
    await engine.unloadModel(modelId);
    return logProbs;
  });
}

/** One gradient step on the model; the cause as text when it was not finite (the weights are then as before). */
async function learn(
  model: HostedModel,
  { rollouts, referenceLogProbs }: { readonly rollouts: readonly TrainingRollout[]; readonly referenceLogProbs: number[][] | null },
  training: TrainingSpec,
  step: number,
): Promise<UpdateReport | string> {
  const { engine, modelId } = model;
  const { warmupSteps, ...adam } = training.optimizer;
  const learningRate = adam.learningRate * Math.min(1, step / Math.max(1, warmupSteps));
  const data = rollouts.map(({ promptTokens, completionTokens, logProbs, advantage, group }, row): Datum => ({
    promptTokens,
    completionTokens,
    weights: completionTokens.map(() => 1),
    samplerLogProbs: logProbs,
    advantage,
    group,
    ...(referenceLogProbs?.[row] === undefined ? {} : { referenceLogProbs: referenceLogProbs[row] }),
  }));
  model.changing();
  const report = await engine.forwardBackward(modelId, data, lossOf(training));
  try {
    const { gradNorm } = await engine.optimStep(modelId, { ...adam, learningRate });
    return { ...report, gradNorm, learningRate, rollouts: rollouts.length };
  } catch (error) {
    // Tolerates a loss or gradient that is not finite: a fact to record, the policy stays.
    if (error instanceof NonFiniteUpdate) return error.message;
    throw error;
  }
}
