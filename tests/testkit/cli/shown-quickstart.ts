// Owns: what a person's quickstart prints as JSON, and how tests read it. Must not know: how it is started.
import type { Comparison } from "@gradus/cli/view/comparison-text";

/** What `npm start -- --exit --json` prints. */
export interface Shown {
  readonly id: string;
  readonly status: string;
  readonly comparison: Comparison;
}

export const statusesOf = ({ comparison }: Shown) => comparison.arms.flatMap(({ runs }) => runs.map(({ status }) => status));

/** All that is the same whenever the same experiment is run. */
export const numbersOf = ({ comparison }: Shown) =>
  comparison.arms.map(({ arm, metrics, improvement }) => ({
    arm,
    improvement,
    metrics: metrics.map(({ name, estimate }) => ({ name, estimate })),
  }));
