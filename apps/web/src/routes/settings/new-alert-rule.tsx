// Owns: making an alert rule, and showing its webhook's secret the one time that there is. Must not know: the table of rules.
import { useState } from "react";
import { ask, messageOf } from "../../api/ask.ts";
import { Button } from "../../components/button.tsx";
import { Command } from "../../components/command.tsx";
import type { AlertKind, AlertRulesQuery, CreateAlertRuleInput, ThresholdSide } from "../../generated/graphql.ts";
import { CREATE_ALERT_RULE } from "./alert-rules-query.ts";

const KINDS: readonly (readonly [kind: AlertKind, what: string])[] = [
  ["THRESHOLD", "a metric passes a threshold"],
  ["NON_FINITE", "NaN or an infinity"],
  ["NO_NEW_POINT", "no new point"],
  ["ERROR_RATE", "stage attempts fail"],
];
const SIDES: readonly (readonly [side: ThresholdSide, what: string])[] = [
  ["BELOW", "below"],
  ["AT_MOST", "at or below"],
  ["ABOVE", "above"],
  ["AT_LEAST", "at or above"],
];

/** What is left empty is absent: the API says what is missing. */
function inputOf(form: FormData, kind: AlertKind): CreateAlertRuleInput {
  const text = (field: string): string | null => {
    const value = String(form.get(field) ?? "").trim();
    return value === "" ? null : value;
  };
  const number = (field: string): number | null => {
    const value = text(field);
    return value === null ? null : Number(value);
  };
  return {
    kind,
    name: text("name") ?? "",
    project: text("project"),
    experimentId: text("experiment"),
    metric: text("metric"),
    side: text("side") as ThresholdSide | null,
    threshold: number("threshold"),
    minutes: number("minutes"),
    webhookUrl: text("webhook"),
  };
}

interface NewAlertRuleProps {
  readonly projects: AlertRulesQuery["projects"];
  readonly onMade: () => void;
}

export function NewAlertRule({ projects, onMade }: NewAlertRuleProps) {
  const [kind, setKind] = useState<AlertKind>("THRESHOLD");
  const [secret, setSecret] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const make = async (form: HTMLFormElement): Promise<void> => {
    setTrouble(null);
    setSecret(null);
    try {
      const { error, webhookSecret } = (await ask(CREATE_ALERT_RULE, { input: inputOf(new FormData(form), kind) })).createAlertRule;
      if (error) setTrouble([error.message, ...error.fields.map(({ path, expected }) => `${path}: ${expected}`)].join(" · "));
      else {
        setSecret(webhookSecret ?? null);
        // Only now: what was refused is mended and not written again.
        form.reset();
      }
      onMade();
    } catch (failure) {
      // Tolerates an API that is away or refuses: the reader is told, and may try again.
      setTrouble(messageOf(failure));
    }
  };
  return (
    <form
      className="new-key"
      onSubmit={(event) => {
        event.preventDefault();
        void make(event.currentTarget);
      }}
    >
      <label className="field">
        <span>Name of the rule</span>
        <input name="name" required maxLength={200} size={18} placeholder="reward collapsed" />
      </label>
      <label className="field">
        <span>Opens on</span>
        <select value={kind} onChange={({ target }) => setKind(target.value as AlertKind)}>
          {KINDS.map(([value, what]) => (
            <option key={value} value={value}>
              {what}
            </option>
          ))}
        </select>
      </label>
      {kind !== "ERROR_RATE" && (
        <label className="field">
          <span>{kind === "THRESHOLD" ? "Metric" : "Metric, any if empty"}</span>
          <input name="metric" size={18} spellCheck={false} required={kind === "THRESHOLD"} placeholder="train/reward" />
        </label>
      )}
      {kind === "THRESHOLD" && (
        <label className="field">
          <span>Side</span>
          <select name="side">
            {SIDES.map(([value, what]) => (
              <option key={value} value={value}>
                {what}
              </option>
            ))}
          </select>
        </label>
      )}
      {(kind === "THRESHOLD" || kind === "ERROR_RATE") && (
        <label className="field">
          <span>{kind === "THRESHOLD" ? "Threshold" : "Share that fails, 0 to 1"}</span>
          <input name="threshold" type="number" step="any" required />
        </label>
      )}
      {(kind === "NO_NEW_POINT" || kind === "ERROR_RATE") && (
        <label className="field">
          <span>Minutes</span>
          <input name="minutes" type="number" step="any" min={0} required defaultValue={10} />
        </label>
      )}
      <label className="field">
        <span>Project</span>
        <select name="project">
          <option value="">the experiment&apos;s, or default</option>
          {projects.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>Only this experiment</span>
        <input name="experiment" size={18} spellCheck={false} placeholder="its id" />
      </label>
      <label className="field">
        <span>Webhook</span>
        <input name="webhook" type="url" size={24} placeholder="https://…" />
      </label>
      <Button type="submit" kind="primary">
        Make a rule
      </Button>
      {trouble !== null && (
        <p className="notice" data-tone="bad" role="alert">
          {trouble}
        </p>
      )}
      {secret !== null && (
        <div className="new-key-text" role="status">
          <p>
            <strong>What signs the webhook, shown now and never again:</strong>
          </p>
          <Command text={secret} />
        </div>
      )}
    </form>
  );
}
