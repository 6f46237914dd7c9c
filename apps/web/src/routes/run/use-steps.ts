// Owns: the last steps of a run in detail: each is asked for once, the one under way again when a stage of it ended. Must not know: how they are shown.
import { useEffect, useState } from "react";
import { ask } from "../../api/ask.ts";
import type { RunStepQuery } from "../../generated/graphql.ts";
import { RUN_STEP } from "./run-query.ts";

export type StepDetail = NonNullable<NonNullable<RunStepQuery["run"]>["step"]>;

/** Steps `last - count + 1` to `last` as far as they have begun; `turn` changes when the unfinished ones should be asked for again. */
export function useSteps(runId: string, last: number, count: number, turn: number): readonly StepDetail[] {
  const [known, setKnown] = useState<ReadonlyMap<number, StepDetail>>(new Map());
  const wanted = Array.from({ length: count }, (_, index) => last - index).filter((step) => step > 0);
  useEffect(() => {
    const abort = new AbortController();
    const load = async (step: number): Promise<void> => {
      try {
        const { run } = await ask(RUN_STEP, { id: runId, step }, abort.signal);
        const detail = run?.step;
        if (detail && !abort.signal.aborted) setKnown((before) => new Map(before).set(step, detail));
      } catch {
        // Tolerates an API that is away: the next stage that ends asks again, and the page says that it is offline.
      }
    };
    for (const step of wanted) if (known.get(step)?.completedAt == null) void load(step);
    return () => abort.abort();
  }, [runId, last, count, turn]);
  return wanted.flatMap((step) => known.get(step) ?? []).toReversed();
}
