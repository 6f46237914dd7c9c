// Owns: keeping a text as a template under a name, and forgetting a kept one. Must not know: the editor, what the text says.
import { useState } from "react";
import { ask, messageOf } from "../../api/ask.ts";
import { Button } from "../../components/button.tsx";
import { orderWithUndo } from "../../components/undo.tsx";
import { DELETE_TEMPLATE, SAVE_TEMPLATE } from "./new-query.ts";
import type { Template } from "./templates.ts";

interface KeepTemplateProps {
  readonly text: string;
  /** What cannot be run is refused as a template. */
  readonly isValid: boolean;
  /** The kept template that the text began with. */
  readonly kept: Template | undefined;
  readonly onKept: () => void;
}

export function KeepTemplate({ text, isValid, kept, onKept }: KeepTemplateProps) {
  const [told, setTold] = useState<{ readonly text: string; readonly isBad: boolean } | null>(null);
  const tell = async (order: () => Promise<{ readonly error?: { readonly message: string } | null }>, done: string): Promise<void> => {
    try {
      const { error } = await order();
      setTold(error == null ? { text: done, isBad: false } : { text: error.message, isBad: true });
    } catch (failure) {
      // Tolerates an API that is away or refuses: the reader is told, and may try again.
      setTold({ text: messageOf(failure), isBad: true });
    }
    onKept();
  };
  const keep = (form: FormData): void => {
    const name = String(form.get("name") ?? "").trim();
    if (name === "") return;
    const input = { name, source: text };
    void tell(async () => (await ask(SAVE_TEMPLATE, { input })).saveTemplate, `Kept as the template ${name}.`);
  };
  const forget = ({ keptId = "", name }: Template): void =>
    orderWithUndo(
      `The template ${name} is forgotten`,
      () => void tell(async () => (await ask(DELETE_TEMPLATE, { id: keptId })).deleteTemplate, `The template ${name} is forgotten.`),
    );
  return (
    <div className="row small">
      <form action={keep} className="row">
        <input name="name" aria-label="Name of a template" placeholder="name of a template" required maxLength={200} size={24} />
        <Button type="submit" disabled={!isValid}>
          Keep as a template
        </Button>
      </form>
      {kept !== undefined && <Button onClick={() => forget(kept)}>Forget the template {kept.name}</Button>}
      {told !== null && (
        <span role="status" className={told.isBad ? "notice" : "muted"} data-tone={told.isBad ? "bad" : undefined}>
          {told.text}
        </span>
      )}
    </div>
  );
}
