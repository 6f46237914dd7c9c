// Owns: ending a synthesis where it is. Must not know: what else the page shows.
import { useState } from "react";
import { ask, messageOf } from "../../api/ask.ts";
import { Button } from "../../components/button.tsx";
import { orderWithUndo } from "../../components/undo.tsx";
import { CANCEL_SYNTHESIS } from "./synthesis-query.ts";
import { ENDED } from "./synthesis-words.ts";

interface SynthesisCancelProps {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly onDone: () => void;
}

export function SynthesisCancel({ id, name, status, onDone }: SynthesisCancelProps) {
  const [trouble, setTrouble] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  if (ENDED.has(status)) return null;
  const cancel = async (): Promise<void> => {
    try {
      setTrouble((await ask(CANCEL_SYNTHESIS, { id })).cancelSynthesis.error?.message ?? null);
    } catch (error) {
      // Tolerates an API that is away or refuses: the reader is told, and may try again.
      setTrouble(messageOf(error));
    }
    setBusy(false);
    onDone();
  };
  const order = (): void => {
    setBusy(true);
    orderWithUndo(
      `${name} is cancelled, no set is made`,
      () => void cancel(),
      () => setBusy(false),
    );
  };
  return (
    <div className="stack no-print" style={{ gap: 8 }}>
      <Button kind="danger" disabled={isBusy} title="What was written and measured stays, and no set is made" onClick={order}>
        Cancel
      </Button>
      {trouble !== null && (
        <p className="notice" data-tone="bad" role="alert">
          {trouble}
        </p>
      )}
    </div>
  );
}
