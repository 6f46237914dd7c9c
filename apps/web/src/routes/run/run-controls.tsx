// Owns: pausing, resuming, cancelling and forking a run. Must not know: what else the page shows.
import { useRef, useState } from "react";
import { useLocation } from "wouter";
import { ask, messageOf } from "../../api/ask.ts";
import { Button } from "../../components/button.tsx";
import { orderWithUndo } from "../../components/undo.tsx";
import { ForkForm } from "./fork-form.tsx";
import { CANCEL_RUN, PAUSE_RUN, RESUME_RUN } from "./run-query.ts";
import type { Run } from "./use-run-live.ts";

interface Outcome {
  readonly ok: boolean;
  readonly error?: { readonly message: string } | null;
}

export function RunControls({ run }: { readonly run: Run }) {
  const [trouble, setTrouble] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const forkDialog = useRef<HTMLDialogElement>(null);
  const [, navigate] = useLocation();
  const { id, status } = run;
  const hasEnded = ["COMPLETED", "FAILED", "CANCELLED"].includes(status);

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
      `${id} is cancelled`,
      () => void tell(async () => (await ask(CANCEL_RUN, { id })).cancelRun),
      () => setBusy(false),
    );
  };
  return (
    <div className="stack no-print" style={{ gap: 8 }}>
      <div className="row">
        {!hasEnded && status !== "PAUSED" && (
          <Button disabled={isBusy} onClick={() => tell(async () => (await ask(PAUSE_RUN, { id })).pauseRun)}>
            Pause
          </Button>
        )}
        {status === "PAUSED" && (
          <Button kind="primary" disabled={isBusy} onClick={() => tell(async () => (await ask(RESUME_RUN, { id })).resumeRun)}>
            Resume
          </Button>
        )}
        <Button onClick={() => forkDialog.current?.showModal()}>Fork…</Button>
        {!hasEnded && (
          <Button
            kind="danger"
            disabled={isBusy}
            title="It ends where it is and cannot go on; its checkpoints stay, a fork can begin from any of them"
            onClick={cancel}
          >
            Cancel
          </Button>
        )}
      </div>
      {trouble !== null && (
        <p className="notice" data-tone="bad" role="alert">
          {trouble}
        </p>
      )}
      <dialog ref={forkDialog} aria-labelledby="fork-title">
        <ForkForm
          run={run}
          onClose={() => forkDialog.current?.close()}
          onForked={(runId) => navigate(`/runs/${encodeURIComponent(runId)}`)}
        />
      </dialog>
    </div>
  );
}
