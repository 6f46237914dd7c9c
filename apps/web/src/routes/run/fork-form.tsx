// Owns: what to fork: after which step, under which name, with what changed. Must not know: the rest of the page.
import { useState } from "react";
import type { FormEvent } from "react";
import { ask } from "../../api/ask.ts";
import { Button } from "../../components/button.tsx";
import { FORK_RUN } from "./run-query.ts";
import type { Run } from "./use-run-live.ts";

interface ForkFormProps {
  readonly run: Run;
  readonly onClose: () => void;
  readonly onForked: (runId: string) => void;
}

export function ForkForm({ run, onClose, onForked }: ForkFormProps) {
  const [trouble, setTrouble] = useState<readonly string[]>([]);
  const fork = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string => String(form.get(name) ?? "").trim();
    try {
      const overrides: unknown = text("overrides") === "" ? null : JSON.parse(text("overrides"));
      const arm = text("arm") === "" ? null : text("arm");
      const { forkRun } = await ask(FORK_RUN, { input: { runId: run.id, fromStep: Number(text("fromStep")), overrides, arm } });
      if (!forkRun.ok || forkRun.run == null) {
        const fields = forkRun.error?.fields.map(({ path, expected }) => `${path}: ${expected}`) ?? [];
        return setTrouble([forkRun.error?.message ?? "refused", ...fields]);
      }
      onClose();
      onForked(forkRun.run.id);
    } catch (error) {
      // Tolerates text that is no JSON and an API that is away: the form stays as it is and says so.
      setTrouble([error instanceof Error ? error.message : String(error)]);
    }
  };
  return (
    <form onSubmit={fork}>
      <h2 id="fork-title">Fork this run</h2>
      <p className="muted">A new run in a new arm of the same experiment, with weights and curriculum as they were after the step.</p>
      <label className="field">
        <span>After step (0 to {run.stepsDone})</span>
        <input name="fromStep" type="number" min={0} max={run.stepsDone} defaultValue={run.stepsDone} key={run.stepsDone} required />
      </label>
      <label className="field">
        <span>Name of the new arm (absent: made from {run.arm.name})</span>
        <input name="arm" pattern="[a-z0-9][a-z0-9\-]{0,47}" title="lower-case letters, digits and dashes" />
      </label>
      <label className="field">
        <span>What differs, as JSON: any of training, evaluation, execution</span>
        <textarea name="overrides" rows={4} className="mono" placeholder='{ "training": { "optimizer": { "learningRate": 0.0001 } } }' />
      </label>
      {trouble.length > 0 && (
        <div className="notice" data-tone="bad" role="alert">
          {trouble.map((line) => (
            <div key={line}>{line}</div>
          ))}
        </div>
      )}
      <div className="row">
        <Button onClick={onClose}>Close</Button>
        <Button kind="primary" type="submit">
          Fork
        </Button>
      </div>
    </form>
  );
}
