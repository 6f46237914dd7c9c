// Owns: choosing metrics by a part of their name: the API looks for them, so that thousands of names cost nothing. Must not know: what they are for.
import { useDeferredValue, useState } from "react";
import { useAnswer } from "../api/use-answer.ts";
import { Button } from "../components/button.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { Trouble } from "../components/trouble.tsx";
import type { CurveRun } from "./curve-lines.ts";
import { METRIC_NAMES } from "./metric-names-query.ts";

const RUNS_ASKED = 12;

interface MetricPickerProps {
  readonly runs: readonly CurveRun[];
  readonly chosen: readonly string[];
  readonly onChoose: (metric: string) => void;
  readonly onClose: () => void;
}

export function MetricPicker({ runs, chosen, onChoose, onClose }: MetricPickerProps) {
  const [text, setText] = useState("");
  const contains = useDeferredValue(text.trim());
  const { data, error, reload, isStale } = useAnswer(METRIC_NAMES, { runIds: asked(runs), contains: contains === "" ? null : contains });
  const defined = new Map(data?.metricDefinitions.map((definition) => [definition.name, definition]));
  const names = [...new Set(data?.runs.nodes.flatMap((run) => run.metricNames.nodes.map(({ name }) => name)))].sort();
  const hasMore = data?.runs.nodes.some((run) => run.metricNames.pageInfo.hasNextPage) ?? false;
  return (
    <div className="stack metric-picker">
      <label className="field">
        <span>Part of a metric&apos;s name</span>
        <input
          type="search"
          autoFocus
          value={text}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            const [first] = names;
            if (first !== undefined && !isStale) onChoose(first);
          }}
          placeholder="reward"
        />
      </label>
      {error && <Trouble error={error} onRetry={reload} />}
      {data === undefined ? (
        !error && <Skeleton lines={6} />
      ) : names.length === 0 ? (
        <p className="muted">{contains === "" ? "No metric has been recorded yet." : `No metric's name contains “${contains}”.`}</p>
      ) : (
        <ul aria-label="Metrics" style={isStale ? { opacity: 0.6 } : undefined}>
          {names.map((name) => (
            <li key={name}>
              <button type="button" aria-pressed={chosen.includes(name)} onClick={() => onChoose(name)}>
                <span className="mono">{name}</span>
                <span className="small muted">{defined.get(name)?.description}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="row spread">
        <span className="small muted">{hasMore ? "There are more: type a part of the name." : ""}</span>
        <Button onClick={onClose}>Close</Button>
      </div>
    </div>
  );
}

/** Every run where they are few; else the first of each arm, and then others: runs of an arm record the same. */
function asked(runs: readonly CurveRun[]): string[] {
  const firsts = runs.filter((run, at) => runs.findIndex((one) => one.arm.id === run.arm.id) === at);
  return [...new Set([...firsts, ...runs])].slice(0, RUNS_ASKED).map(({ id }) => id);
}
