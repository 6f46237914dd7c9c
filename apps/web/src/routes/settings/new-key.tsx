// Owns: making an API key, and showing its text the one time that there is. Must not know: the table of keys.
import { useState } from "react";
import { ask, messageOf } from "../../api/ask.ts";
import { Button } from "../../components/button.tsx";
import { Command } from "../../components/command.tsx";
import type { ApiKeysQuery, KeyScope } from "../../generated/graphql.ts";
import { CREATE_API_KEY } from "./settings-query.ts";

const SCOPES: readonly { readonly scope: KeyScope; readonly what: string }[] = [
  { scope: "READ", what: "read: see everything" },
  { scope: "WRITE", what: "write: change, too" },
  { scope: "ADMIN", what: "admin: keys, too" },
];
const DAYS = [
  ["7", "in 7 days"],
  ["90", "in 90 days"],
  ["365", "in a year"],
  ["", "never"],
] as const;
const DAY_MS = 86_400_000;

interface NewKeyProps {
  readonly projects: ApiKeysQuery["projects"];
  readonly onMade: () => void;
}

export function NewKey({ projects, onMade }: NewKeyProps) {
  const [made, setMade] = useState<{ readonly name: string; readonly text: string } | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const make = async (form: FormData): Promise<void> => {
    const [name, scope, project, days] = ["name", "scope", "project", "days"].map((field) => String(form.get(field) ?? "").trim());
    const expiresAt = days === "" ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString();
    setTrouble(null);
    setMade(null);
    try {
      const input = { name: name ?? "", scope: scope as KeyScope, project: project === "" ? null : (project ?? null), expiresAt };
      const { createApiKey } = await ask(CREATE_API_KEY, { input });
      const { error, text, key } = createApiKey;
      if (error) setTrouble([error.message, ...error.fields.map(({ path, expected }) => `${path}: ${expected}`)].join(" · "));
      else setMade({ name: key?.name ?? "", text: text ?? "" });
      onMade();
    } catch (failure) {
      // Tolerates an API that is away or refuses: the reader is told, and may try again.
      setTrouble(messageOf(failure));
    }
  };
  return (
    <form className="new-key" action={make}>
      <label className="field">
        <span>Name</span>
        <input name="name" required maxLength={100} size={18} placeholder="laptop" />
      </label>
      <label className="field">
        <span>For</span>
        <select name="scope">
          {SCOPES.map(({ scope, what }) => (
            <option key={scope} value={scope}>
              {what}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>Project</span>
        <select name="project">
          {projects.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
          <option value="">every project</option>
        </select>
      </label>
      <label className="field">
        <span>Ends</span>
        <select name="days" defaultValue="90">
          {DAYS.map(([days, what]) => (
            <option key={days} value={days}>
              {what}
            </option>
          ))}
        </select>
      </label>
      <Button type="submit" kind="primary">
        Make a key
      </Button>
      {trouble !== null && (
        <p className="notice" data-tone="bad" role="alert">
          {trouble}
        </p>
      )}
      {made !== null && (
        <div className="new-key-text" role="status">
          <p>
            <strong>The key {made.name}, shown now and never again:</strong>
          </p>
          <Command text={made.text} />
        </div>
      )}
    </form>
  );
}
