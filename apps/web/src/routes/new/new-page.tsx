// Owns: starting an experiment from the page: a text, what is wrong with it, what it would do, and the button. Must not know: the editor, how files are resolved.
import { useEffect, useMemo, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { ask, messageOf } from "../../api/ask.ts";
import { useAnswer } from "../../api/use-answer.ts";
import { Button } from "../../components/button.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import type { ValidateExperimentMutation } from "../../generated/graphql.ts";
import { useTitle } from "../../use-title.ts";
import { DryRun } from "./dry-run.tsx";
import { KeepTemplate } from "./keep-template.tsx";
import { CREATE, TEMPLATES, VALIDATE } from "./new-query.ts";
import { templatesOf } from "./templates.ts";
import type { Template } from "./templates.ts";
import { wrongPlaces } from "./wrong-places.ts";
import { YamlEditor } from "./yaml-editor.tsx";

type Validated = ValidateExperimentMutation["validateExperiment"];
const PAUSE_MS = 350;

export function NewPage() {
  useTitle("Start an experiment");
  const { data, error, reload } = useAnswer(TEMPLATES, {});
  if (error && data === undefined) return <Trouble error={error} onRetry={reload} />;
  if (data === undefined) return <Skeleton lines={10} />;
  return <NewView templates={templatesOf(data)} onKept={reload} />;
}

interface NewViewProps {
  readonly templates: readonly Template[];
  /** A template was kept or forgotten. */
  readonly onKept: () => void;
}

function NewView({ templates, onKept }: NewViewProps) {
  const [text, setText] = useState(templates[0]?.text ?? "");
  const [begun, setBegun] = useState(0);
  const validated = useValidated(text);
  const [refused, setRefused] = useState<string>();
  const [isStarting, setStarting] = useState(false);
  // The same wish again after a lost answer names the same experiment.
  const key = useRef("");
  const [, navigate] = useLocation();
  const fields = validated?.error?.fields;
  const marks = useMemo(() => wrongPlaces(text, fields ?? []), [text, fields]);
  const start = async (): Promise<void> => {
    setStarting(true);
    setRefused(undefined);
    if (key.current === "") key.current = crypto.randomUUID();
    try {
      const { createExperiment } = await ask(CREATE, { input: { source: text, start: true, key: key.current } });
      if (createExperiment.experiment) return navigate(`/experiments/${encodeURIComponent(createExperiment.experiment.id)}`);
      setRefused(createExperiment.error?.message ?? "It was refused.");
    } catch (error) {
      // Tolerates an API that is away: the key makes the next try harmless.
      setRefused(messageOf(error));
    }
    setStarting(false);
  };
  return (
    <div className="stack">
      <nav className="breadcrumbs" aria-label="Where this is">
        <Link href="/">Experiments</Link>
        <span aria-hidden="true">/</span>
        <span>new</span>
      </nav>
      <div className="row spread">
        <h1>Start an experiment</h1>
        <label className="row small muted">
          Begin with
          <select
            value={begun}
            onChange={({ target }) => {
              setBegun(Number(target.value));
              setText(templates[Number(target.value)]?.text ?? "");
              key.current = "";
            }}
          >
            {templates.map(({ name, keptId }, index) => (
              <option key={keptId ?? name} value={index}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div className="chart-grid">
        <YamlEditor
          label="Experiment as YAML"
          text={text}
          marks={marks}
          onText={(next) => {
            setText(next);
            key.current = "";
          }}
        />
        <Panel
          title="Dry run"
          aside={
            <span className="small muted" role="status">
              {validated === undefined ? "checking …" : validated.ok ? "valid" : "not valid yet"}
            </span>
          }
        >
          {validated === undefined ? (
            <Skeleton lines={5} />
          ) : validated.ok ? (
            <DryRun specification={validated.specification} runCount={validated.runCount ?? 0} selections={validated.selections ?? []} />
          ) : (
            <div className="notice" data-tone="bad">
              <strong>{validated.error?.message}</strong>
              <ul style={{ paddingLeft: 18 }}>
                {validated.error?.fields.map(({ path, value, expected }) => (
                  <li key={`${path} ${expected}`}>
                    <code>{path === "" ? "the whole" : path}</code>: {expected}
                    {value != null && <> – there is {JSON.stringify(value)}</>}
                  </li>
                ))}
              </ul>
            </div>
          )}
        </Panel>
      </div>
      {refused !== undefined && (
        <p className="notice" data-tone="bad" role="alert">
          {refused}
        </p>
      )}
      <KeepTemplate
        text={text}
        isValid={validated?.ok === true}
        kept={templates[begun]?.keptId === undefined ? undefined : templates[begun]}
        onKept={() => {
          setBegun(0);
          onKept();
        }}
      />
      <div className="row">
        <Button kind="primary" disabled={isStarting || validated?.ok !== true} onClick={() => void start()}>
          Start the experiment
        </Button>
        <span className="small muted">
          Files of this machine are uploaded by <code>npm run gradus -- run file.yaml</code>; here problems and weights are named by id and
          hash.
        </span>
      </div>
    </div>
  );
}

/** Undefined while the newest text is being checked. */
function useValidated(text: string): Validated | undefined {
  const [known, setKnown] = useState<{ readonly text: string; readonly answer: Validated }>();
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const { validateExperiment } = await ask(VALIDATE, { source: text }, abort.signal);
        setKnown({ text, answer: validateExperiment });
      } catch (error) {
        // Tolerates an answer that nobody waits for any more.
        if (abort.signal.aborted) return;
        const message = messageOf(error);
        setKnown({
          text,
          answer: { ok: false, runCount: null, specification: null, selections: null, error: { message, fields: [] } },
        });
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text]);
  return known?.text === text ? known.answer : undefined;
}
