// Owns: which metric points a step and an evaluation leave behind. Must not know: where points are stored.
import { bucketDrawnName, bucketEvaluationName, bucketPassRateName } from "./metric.ts";
import type { MetricPoint } from "./metric.ts";
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

/** Mean pass@1 over problems (c/n each), in all and by bucket. */
export function evaluationPoints(
  step: number,
  results: readonly { readonly bucket: string | null; readonly passes: number; readonly samples: number }[],
): MetricPoint[] {
  const rates = new Map<string, number[]>();
  for (const { bucket, passes, samples } of results) {
    for (const name of ["evaluation/pass@1", ...(bucket === null ? [] : [bucketEvaluationName(bucket)])]) {
      rates.set(name, [...(rates.get(name) ?? []), passes / samples]);
    }
  }
  return [...rates].map(([name, values]) => ({ name, step, value: values.reduce((sum, value) => sum + value, 0) / values.length }));
}

const renamed = (values: Readonly<Record<string, number>>, rename: (key: string) => string): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [rename(key), value]));
