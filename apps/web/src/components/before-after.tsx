// Owns: held-out pass@1 before training and after it in one cell, with the difference over problems. Must not know: of what, where it comes from.
import { formatValue } from "../format/number.ts";
import type { Cell } from "../download/csv.ts";
import { Difference } from "./difference.tsx";
import type { EstimatePartsFragment } from "../generated/graphql.ts";

export interface Improvement {
  readonly before: number;
  readonly after: number;
  readonly excludesZero: boolean;
  readonly estimate: EstimatePartsFragment;
}

export const BEFORE_AFTER = "Held-out pass@1, before → after";

export const BeforeAfter = ({ improvement }: { readonly improvement: Improvement | null | undefined }) =>
  improvement == null ? (
    <span className="muted">not evaluated after training</span>
  ) : (
    <>
      <div>
        {formatValue(improvement.before)} → {formatValue(improvement.after)}
      </div>
      <Difference estimate={improvement.estimate} excludesZero={improvement.excludesZero} of="problems" />
    </>
  );

/** Its row in a file of numbers, behind the name of what it is of; none where there is nothing to tell. */
export const beforeAfterRow = (of: string, improvement: Improvement | null | undefined): Cell[][] => {
  if (improvement == null) return [];
  const { mean, low, high, n } = improvement.estimate;
  return [[of, "held-out pass@1 after minus before", mean, low, high, n]];
};
