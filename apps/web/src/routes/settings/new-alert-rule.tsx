// Owns: making an alert rule, and showing its webhook's secret the one time that there is. Must not know: the table of rules.
import { useState } from "react";
import { ask, messageOf } from "../../api/ask.ts";
import { Button } from "../../components/button.tsx";
import { Command } from "../../components/command.tsx";
import { Field } from "../../components/field.tsx";
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

/** What is left empty is absent: the API says what is missing. Fields are named as it names them. */
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
    experimentId: text("experimentId"),
    metric: text("metric"),
    side: text("side") as ThresholdSide | null,
    threshold: number("threshold"),
    clearThreshold: number("clearThreshold"),
    clearPoints: number("clearPoints"),
    minutes: number("minutes"),
    webhookUrl: text("webhookUrl"),
  };
}

interface NewAlertRuleProps {
  readonly projects: AlertRulesQuery["projects"];
  readonly onMade: () => void;
}

const SEE_FIELDS = "No rule was made: what is marked wants another value.";

export function NewAlertRule({ projects, onMade }: NewAlertRuleProps) {
  const [kind, setKind] = useState<AlertKind>("THRESHOLD");
  const [secret, setSecret] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  /** By field: what is wanted there. */
  const [wrong, setWrong] = useState<ReadonlyMap<string, string>>(new Map());
  const make = async (form: HTMLFormElement): Promise<void> => {
    setTrouble(null);
    setWrong(new Map());
    setSecret(null);
    try {
      const { error, webhookSecret } = (await ask(CREATE_ALERT_RULE, { input: inputOf(new FormData(form), kind) })).createAlertRule;
      if (error) {
        const shown = error.fields.filter(({ path }) => form.elements.namedItem(path) !== null);
        setWrong(new Map(shown.map(({ path, expected }) => [path, expected])));
        setTrouble(shown.length > 0 && shown.length === error.fields.length ? SEE_FIELDS : error.message);
        const marked = new Set(shown.map(({ path }) => path));
        const first = [...form.elements].find((control) => marked.has(control.getAttribute("name") ?? ""));
        if (first instanceof HTMLElement) first.focus();
      } else {
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
  const choose = (next: AlertKind): void => {
    setKind(next);
    setWrong(new Map());
    setTrouble(null);
  };
  const isOfValues = kind === "THRESHOLD" || kind === "NON_FINITE";
  const hasThreshold = kind === "THRESHOLD" || kind === "ERROR_RATE";
  return (
    <form
      className="new-key"
      onSubmit={(event) => {
        event.preventDefault();
        void make(event.currentTarget);
      }}
    >
      <Field title="Name of the rule" wrong={wrong.get("name")}>
        {(told) => <input name="name" required maxLength={200} size={18} placeholder="reward collapsed" {...told} />}
      </Field>
      <Field title="Opens on">
        {(told) => (
          <select {...told} value={kind} onChange={({ target }) => choose(target.value as AlertKind)}>
            {KINDS.map(([value, what]) => (
              <option key={value} value={value}>
                {what}
              </option>
            ))}
          </select>
        )}
      </Field>
      {kind !== "ERROR_RATE" && (
        <Field title={kind === "THRESHOLD" ? "Metric" : "Metric, any if empty"} wrong={wrong.get("metric")}>
          {(told) => (
            <input name="metric" size={18} spellCheck={false} required={kind === "THRESHOLD"} placeholder="train/reward" {...told} />
          )}
        </Field>
      )}
      {kind === "THRESHOLD" && (
        <Field title="Side" wrong={wrong.get("side")}>
          {(told) => (
            <select name="side" {...told}>
              {SIDES.map(([value, what]) => (
                <option key={value} value={value}>
                  {what}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      {hasThreshold && (
        <Field title={kind === "THRESHOLD" ? "Threshold" : "Share that fails, 0 to 1"} wrong={wrong.get("threshold")}>
          {(told) => <input name="threshold" type="number" step="any" required {...told} />}
        </Field>
      )}
      {hasThreshold && (
        <Field
          title={kind === "THRESHOLD" ? "Ends past, if not the threshold" : "Ends below this share"}
          wrong={wrong.get("clearThreshold")}
        >
          {(told) => (
            <input
              name="clearThreshold"
              type="number"
              step="any"
              placeholder="the same"
              title="What must be passed, the other way, before an alert ends: what swings between the two opens one alert"
              {...told}
            />
          )}
        </Field>
      )}
      {isOfValues && (
        <Field title="Points in a row that end it" wrong={wrong.get("clearPoints")}>
          {(told) => <input name="clearPoints" type="number" step={1} style={{ width: 110 }} placeholder="1" {...told} />}
        </Field>
      )}
      {(kind === "NO_NEW_POINT" || kind === "ERROR_RATE") && (
        <Field title="Minutes" wrong={wrong.get("minutes")}>
          {(told) => <input name="minutes" type="number" step="any" required defaultValue={10} {...told} />}
        </Field>
      )}
      <Field title="Project" wrong={wrong.get("project")}>
        {(told) => (
          <select name="project" {...told}>
            <option value="">the experiment&apos;s, or default</option>
            {projects.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field title="Only this experiment" wrong={wrong.get("experimentId")}>
        {(told) => <input name="experimentId" size={18} spellCheck={false} placeholder="its id" {...told} />}
      </Field>
      <Field title="Webhook" wrong={wrong.get("webhookUrl")}>
        {(told) => <input name="webhookUrl" type="url" size={24} placeholder="https://…" {...told} />}
      </Field>
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
