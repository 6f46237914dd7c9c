// Owns: group-relative policy optimisation in a few lines, straight on the engine port. Must not know: Temporal, rows, where rewards come from.
import { creditGroup } from "@gradus/domain/advantage";
import type { Random } from "@gradus/domain/random";
import type { AdamSpec, Datum, LossSpec, PolicyEngine, SampleRow, SamplingSpec } from "@gradus/worker/policy/policy-engine";

export interface GrpoOptions<Task> {
  readonly engine: PolicyEngine;
  readonly modelId: string;
  readonly steps: number;
  readonly groupSize: number;
  readonly sampling: SamplingSpec;
  readonly loss: LossSpec;
  readonly adam: AdamSpec;
  /** Prefix of the rollouts' random streams. */
  readonly streams: string;
  /** Tasks of a step, one for each group. */
  readonly draw: (step: number) => readonly Task[];
  readonly prompt: (task: Task) => readonly number[];
  /** Reward of every completion, in the order given. */
  readonly reward: (
    completions: readonly { readonly task: Task; readonly tokens: readonly number[] }[],
  ) => Promise<readonly number[]> | readonly number[];
  /** Negative control: rewards are dealt out anew over the whole step. */
  readonly shuffle?: Random;
  /** After every step, with its mean reward; true ends training. */
  readonly onStep?: (step: number, meanReward: number) => boolean | undefined;
}

/** Trains the model on its own completions: advantage = reward - group mean, groups of equal rewards are left out. */
export async function grpo<Task>(options: GrpoOptions<Task>): Promise<void> {
  const { engine, modelId, groupSize, sampling, loss, adam } = options;
  for (let step = 1; step <= options.steps; step += 1) {
    const tasks = options.draw(step).flatMap((task) => Array.from({ length: groupSize }, () => task));
    const rows = tasks.map((task, index): SampleRow => ({
      promptTokens: options.prompt(task),
      stream: `${options.streams}/${step}/${index}`,
    }));
    const samples = await engine.sample(modelId, rows, sampling);
    const earned = await options.reward(samples.map(({ tokens }, index) => ({ task: tasks[index] as Task, tokens })));
    const rewards = options.shuffle === undefined ? earned : options.shuffle.shuffle(earned);
    const data = samples.flatMap(({ tokens, logProbs }, index): Datum[] => {
      const first = index - (index % groupSize);
      const group = rewards.slice(first, first + groupSize);
      if (new Set(group).size === 1) return [];
      return [
        {
          promptTokens: rows[index]?.promptTokens ?? [],
          completionTokens: tokens,
          weights: tokens.map(() => 1),
          samplerLogProbs: logProbs,
          advantage: creditGroup(group).advantages[index - first] ?? 0,
        },
      ];
    });
    if (data.length > 0) {
      await engine.forwardBackward(modelId, data, loss);
      await engine.optimStep(modelId, adam);
    }
    if (options.onStep?.(step, earned.reduce((sum, reward) => sum + reward, 0) / earned.length) === true) return;
  }
}
