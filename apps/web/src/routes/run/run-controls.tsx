// Owns: pausing, resuming, cancelling and forking a run. Must not know: what else the page shows.
import { useRef, useState } from "react";
import { useLocation } from "wouter";
import { ApiError, ask } from "../../api/ask.ts";
import { Button } from "../../components/button.tsx";
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
  const cancelDialog = useRef<HTMLDialogElement>(null);
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
      setTrouble(error instanceof ApiError ? error.message : String(error));
    }
    setBusy(false);
  };
  return (
    <div className="stack no-print" style={{ gap: 8 }}>
      <div className="row">
        {!hasEnded && status !== "PAUSED" && (
          <Button disabled={isBusy || status !== "RUNNING"} onClick={() => tell(async () => (await ask(PAUSE_RUN, { id })).pauseRun)}>
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
          <Button kind="danger" disabled={isBusy} onClick={() => cancelDialog.current?.showModal()}>
            Cancel…
          </Button>
        )}
      </div>
      {trouble !== null && (
        <p className="notice" data-tone="bad" role="alert">
          {trouble}
        </p>
      )}
      <dialog ref={cancelDialog} aria-labelledby="cancel-title">
        <form method="dialog">
          <h2 id="cancel-title">Cancel this run?</h2>
          <p>
            It ends where it is and cannot go on. Its checkpoints stay: a fork can begin from any of them. To let it wait instead, pause it.
          </p>
          <div className="row">
            <Button type="submit">Keep it</Button>
            <Button kind="danger" type="submit" onClick={() => tell(async () => (await ask(CANCEL_RUN, { id })).cancelRun)}>
              Cancel the run
            </Button>
          </div>
        </form>
      </dialog>
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
