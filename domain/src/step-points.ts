// Owns: which metric points a step and an evaluation leave behind. Must not know: where points are stored.
import { bucketDrawnName, bucketPassRateName, evaluationName } from "./metric.ts";
import type { MetricPoint } from "./metric.ts";
import { passAtK } from "./statistics/pass-at-k.ts";
import type { StepSummary, UpdateReport } from "./stage.ts";

/** The points of one completed step. A rate that has no rollouts behind it leaves no point. */
export function stepPoints(step: number, summary: StepSummary, update: UpdateReport | null, seconds: number): MetricPoint[] {
  const values: Record<string, number | null> = {
    "train/reward": summary.rewardMean,
    "train/pass_rate": summary.passRate,
    "train/groups_admitted": summary.admitted,
    "train/solved_none": summary.solvedNone,
    "train/solved_all": summary.solvedAll,
    "train/completion_tokens": summary.completionTokensMean,
    "train/truncated": summary.truncatedRate,
    "sandbox/error_rate": summary.sandboxErrorRate,
    "time/step": seconds,
    ...proposalValues(summary),
    ...renamed(summary.passRateByBucket, bucketPassRateName),
    ...renamed(summary.drawnByBucket, bucketDrawnName),
    ...(update === null
      ? {}
      : {
          "policy/loss": update.loss,
          "policy/entropy": update.entropy,
          "policy/kl_to_sampler": update.klToSampler,
          "policy/clip_fraction": update.clipFraction,
          "policy/log_prob_gap": update.maxLogProbGap,
          "policy/grad_norm": update.gradNorm,
          "policy/learning_rate": update.learningRate,
        }),
  };
  return Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [{ name, step, value }]));
}

/** Of a step in which the policy wrote problems. */
function proposalValues({ proposals }: StepSummary): Record<string, number | null> {
  if (proposals === undefined) return {};
  const { written, valid, rewardMean, buffer } = proposals;
  return { "proposer/valid_rate": written === 0 ? null : valid / written, "proposer/reward": rewardMean, "proposer/buffer": buffer };
}

/** The k of pass@k that are recorded beside 1 where every problem has as many samples (paper 6.1). */
const MORE_KS = [5, 10];

export interface ScoredProblem {
  readonly bucket: string | null;
  readonly environment: string;
  /** As its publisher says it. */
  readonly difficulty: string | null;
  readonly passes: number;
  readonly samples: number;
}

/**
 * Unbiased pass@k over problems, in all, by bucket, by environment where there are several, and by published difficulty. `suite`: of a suite of the experiment's, whose
 * metrics have its name in theirs. Problems that met only broken sandboxes count for nothing.
 */
export function evaluationPoints(step: number, results: readonly ScoredProblem[], suite: string | null = null): MetricPoint[] {
  const scored = results.filter(({ samples }) => samples > 0);
  const several = new Set(scored.map(({ environment }) => environment)).size > 1;
  const partsOf = ({ bucket, environment, difficulty }: ScoredProblem): (string | null)[] => [
    null,
    ...(bucket === null ? [] : [bucket]),
    ...(several ? [environment] : []),
    ...(difficulty === null ? [] : [difficulty]),
  ];
  const fewest = Math.min(...scored.map(({ samples }) => samples));
  return [1, ...MORE_KS.filter((k) => k <= fewest)].flatMap((k) => {
    const rates = new Map<string, number[]>();
    for (const problem of scored) {
      const { passes, samples } = problem;
      for (const part of partsOf(problem)) {
        const name = evaluationName({ k, part, suite });
        rates.set(name, [...(rates.get(name) ?? []), k === 1 ? passes / samples : passAtK({ correct: passes, samples }, k)]);
      }
    }
    return [...rates].map(([name, values]) => ({ name, step, value: values.reduce((sum, value) => sum + value, 0) / values.length }));
  });
}

const renamed = (values: Readonly<Record<string, number>>, rename: (key: string) => string): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [rename(key), value]));
