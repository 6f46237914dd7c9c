// Owns: starting and cancelling an experiment. Must not know: its runs one by one.
import { useState } from "react";
import { ask, messageOf } from "../../api/ask.ts";
import { Button } from "../../components/button.tsx";
import { orderWithUndo } from "../../components/undo.tsx";
import { CANCEL_EXPERIMENT, START_EXPERIMENT } from "./experiment-query.ts";
import type { Experiment } from "./use-experiment-live.ts";

const ENDED = new Set(["COMPLETED", "FAILED", "CANCELLED"]);

interface Outcome {
  readonly ok: boolean;
  readonly error?: { readonly message: string } | null;
}

/** Of runs that others train there is nothing to start or to cancel. */
export function ExperimentControls({ experiment }: { readonly experiment: Experiment }) {
  const { id, name, status, startedAt, runs } = experiment;
  const [trouble, setTrouble] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  if (ENDED.has(status) || runs.every(({ isExternal }) => isExternal)) return null;
  const tell = async (order: () => Promise<Outcome>): Promise<void> => {
    setBusy(true);
    setTrouble(null);
    try {
      const { ok, error } = await order();
      if (!ok) setTrouble(error?.message ?? "refused");
    } catch (error) {
      // Tolerates an API that is away or refuses: the reader is told, and may try again.
      setTrouble(messageOf(error));
    }
    setBusy(false);
  };
  const cancel = (): void => {
    setBusy(true);
    orderWithUndo(
      `${name} and its runs are cancelled`,
      () => void tell(async () => (await ask(CANCEL_EXPERIMENT, { id })).cancelExperiment),
      () => setBusy(false),
    );
  };
  return (
    <>
      {trouble !== null && (
        <p className="notice" data-tone="bad" role="alert">
          {trouble}
        </p>
      )}
      {status === "QUEUED" && startedAt == null ? (
        <Button kind="primary" disabled={isBusy} onClick={() => tell(async () => (await ask(START_EXPERIMENT, { id })).startExperiment)}>
          Start
        </Button>
      ) : (
        <Button kind="danger" disabled={isBusy} onClick={cancel}>
          Cancel
        </Button>
      )}
    </>
  );
}
