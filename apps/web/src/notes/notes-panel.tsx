// Owns: what people say of a run or an experiment: its tags and notes, read and written. Must not know: what else its page shows.
import { useState } from "react";
import { ask, messageOf } from "../api/ask.ts";
import { Button } from "../components/button.tsx";
import { Panel } from "../components/panel.tsx";
import { EDIT_EXPERIMENT, EDIT_RUN } from "./notes-query.ts";
import { changes, fromLines, toLines } from "./tag-lines.ts";
import type { Tags } from "./tag-lines.ts";

interface Said {
  readonly tags: Tags;
  readonly notes: string;
}

interface NotesPanelProps {
  readonly kind: "run" | "experiment";
  readonly id: string;
  readonly answered: { readonly tags?: unknown; readonly notes: string };
}

const saidOf = ({ tags, notes }: NotesPanelProps["answered"]): Said => ({ tags: (tags ?? {}) as Tags, notes });

async function tell(kind: NotesPanelProps["kind"], id: string, before: Said, after: Said) {
  const input = { id, notes: after.notes, ...changes(before.tags, after.tags) };
  if (kind === "run") {
    const { error, run } = (await ask(EDIT_RUN, { input })).editRun;
    return { error: error?.message ?? null, said: run && saidOf(run) };
  }
  const { error, experiment } = (await ask(EDIT_EXPERIMENT, { input })).editExperiment;
  return { error: error?.message ?? null, said: experiment && saidOf(experiment) };
}

export function NotesPanel({ kind, id, answered }: NotesPanelProps) {
  const [known, setKnown] = useState<Said | null>(null);
  const [isEditing, setEditing] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const said = known ?? saidOf(answered);
  const save = async (form: FormData): Promise<void> => {
    const { tags, wrong } = fromLines(String(form.get("tags") ?? ""));
    if (wrong.length > 0) return setTrouble(`A tag is key=value, a line each; there is ${wrong.join(", ")}.`);
    try {
      const { error, said: next } = await tell(kind, id, said, { tags, notes: String(form.get("notes") ?? "") });
      setTrouble(error);
      if (error !== null) return;
      if (next) setKnown(next);
      setEditing(false);
    } catch (failure) {
      // Tolerates an API that is away or refuses: what was written is still there to be sent again.
      setTrouble(messageOf(failure));
    }
  };
  const tags = Object.entries(said.tags);
  return (
    <Panel
      title="Notes and tags"
      aside={
        <Button className="button no-print" onClick={() => setEditing(!isEditing)} aria-expanded={isEditing}>
          {isEditing ? "Leave as it was" : "Edit"}
        </Button>
      }
    >
      {isEditing ? (
        <form
          className="stack"
          style={{ gap: 12 }}
          onSubmit={(event) => {
            event.preventDefault();
            void save(new FormData(event.currentTarget));
          }}
        >
          <label className="field">
            <span>Notes</span>
            <textarea name="notes" rows={5} defaultValue={said.notes} />
          </label>
          <label className="field">
            <span>Tags, a line each: key=value</span>
            <textarea name="tags" className="mono" rows={Math.max(2, tags.length + 1)} defaultValue={toLines(said.tags)} />
          </label>
          <div className="row">
            <Button type="submit" kind="primary">
              Save
            </Button>
          </div>
        </form>
      ) : (
        <div className="stack" style={{ gap: 8 }}>
          {tags.length > 0 && (
            <div>
              {tags.map(([key, value]) => (
                <span key={key} className="tag" data-tag={key}>
                  {key}={value}
                </span>
              ))}
            </div>
          )}
          {said.notes !== "" && <p style={{ whiteSpace: "pre-wrap", maxWidth: "90ch" }}>{said.notes}</p>}
          {tags.length === 0 && said.notes === "" && (
            <p className="muted">Nothing is said of it yet. Tags are what the lists can be filtered by, as in tag:team=red.</p>
          )}
        </div>
      )}
      {trouble !== null && (
        <p className="notice" data-tone="bad" role="alert">
          {trouble}
        </p>
      )}
    </Panel>
  );
}
