// Owns: the problems, by set, split, bucket, environment, origin and operation. Must not know: one problem's page.
import { useDeferredValue, useEffect, useState } from "react";
import { Link } from "wouter";
import { ask } from "../../api/ask.ts";
import { useAnswer } from "../../api/use-answer.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { bucketName } from "../../curves/buckets.ts";
import { formatCount, plural } from "../../format/number.ts";
import type { Bucket, EnvironmentName, ProblemFilter, ProblemSplit, ProblemsQuery } from "../../generated/graphql.ts";
import { useUrlState } from "../../url/use-url-state.ts";
import { useTitle } from "../../use-title.ts";
import { PROBLEM_SETS, PROBLEMS } from "./problems-query.ts";

const SPLITS: readonly ProblemSplit[] = ["TRAIN", "HELD_OUT"];
const BUCKETS: readonly Bucket[] = ["EASY", "EASY_MEDIUM", "MEDIUM", "HARD"];
const ENVIRONMENTS: readonly EnvironmentName[] = [
  "INDUCTION",
  "ABDUCTION",
  "DEDUCTION",
  "FUZZING",
  "CONTEST",
  "FUNCTION_TEST",
  "PYTEST",
  "ANSWER",
  "PROPOSAL",
];
/** What an address may say that there is not lets everything through. */
const oneOf = <Value extends string>(values: readonly Value[], text: string): Value | undefined => values.find((value) => value === text);
type Problem = ProblemsQuery["problems"]["nodes"][number];

export function ProblemsPage() {
  useTitle("Problems");
  const sets = useAnswer(PROBLEM_SETS, {});
  const known = sets.data?.problemSets.nodes ?? [];
  const [set, setSet] = useUrlState("set");
  const [split, setSplit] = useUrlState("split");
  const [bucket, setBucket] = useUrlState("bucket");
  const [environment, setEnvironment] = useUrlState("environment");
  const [origin, setOrigin] = useUrlState("origin");
  const [operation, setOperation] = useUrlState("operation");
  const [wantedOrigin, wantedOperation] = [useDeferredValue(origin.trim()), useDeferredValue(operation.trim())];
  const told = {
    problemSet: set === "" ? undefined : set,
    split: oneOf(SPLITS, split),
    bucket: oneOf(BUCKETS, bucket),
    environment: oneOf(ENVIRONMENTS, environment),
    originContains: wantedOrigin === "" ? undefined : wantedOrigin,
    operation: wantedOperation === "" ? undefined : wantedOperation,
  };
  const filter = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)) as ProblemFilter;
  const { data, error, reload } = useAnswer(PROBLEMS, { filter });
  const more = useMore(filter, data?.problems.pageInfo.endCursor ?? null);
  const problems = [...(data?.problems.nodes ?? []), ...more.problems];
  const counts = known.find(({ id }) => id === set)?.counts ?? [];
  return (
    <div className="stack">
      <div className="row spread">
        <h1>Problems</h1>
        <div className="row">
          <Choice name="Set" value={set} values={known.map(({ id, name }) => [id, name])} onChange={setSet} all="every set" />
          <Choice name="Split" value={split} values={SPLITS.map((one) => [one, lower(one)])} onChange={setSplit} all="both" />
          <Choice name="Bucket" value={bucket} values={BUCKETS.map((one) => [one, lower(one)])} onChange={setBucket} all="every bucket" />
          <Choice
            name="Environment"
            value={environment}
            values={ENVIRONMENTS.map((one) => [one, lower(one)])}
            onChange={setEnvironment}
            all="every environment"
          />
          <label className="row small muted">
            Origin
            <input
              type="search"
              value={origin}
              onChange={({ target }) => setOrigin(target.value, { replace: true })}
              size={12}
              placeholder="contains …"
            />
          </label>
          <label className="row small muted">
            Operation
            <input
              type="search"
              data-search
              value={operation}
              onChange={({ target }) => setOperation(target.value, { replace: true })}
              size={12}
              placeholder="exactly"
            />
          </label>
        </div>
      </div>
      {counts.length > 0 && (
        <p className="muted">
          {counts
            .map(
              (count) => `${lower(count.split)} ${count.bucket == null ? "unmeasured" : lower(count.bucket)} ${formatCount(count.count)}`,
            )
            .join(" · ")}
        </p>
      )}
      {error && <Trouble error={error} onRetry={reload} />}
      <Panel title={data ? plural(data.problems.totalCount, "problem") : "Problems"} flush>
        {data === undefined ? (
          <Skeleton lines={8} />
        ) : problems.length === 0 ? (
          Object.keys(filter).length > 0 ? (
            <EmptyState title="No problem is like this.">A bucket is what was measured of a problem in a set: some are in none.</EmptyState>
          ) : (
            <EmptyState title="No problem." command="npm run gradus -- import problems.jsonl">
              Problems come from a file, or from the teacher when an experiment is prepared.
            </EmptyState>
          )
        ) : (
          <>
            <ProblemTable problems={problems} set={set} onOrigin={setOrigin} />
            {data.problems.pageInfo.hasNextPage && !more.isDone && (
              <div style={{ padding: 12 }}>
                <Button onClick={more.load}>More</Button>
              </div>
            )}
          </>
        )}
      </Panel>
    </div>
  );
}

interface ProblemTableProps {
  readonly problems: readonly Problem[];
  /** Whose measurements are shown; empty: the newest set's that has any. */
  readonly set: string;
  readonly onOrigin: (origin: string) => void;
}

const ProblemTable = ({ problems, set, onOrigin }: ProblemTableProps) => (
  <table>
    <thead>
      <tr>
        <th scope="col">Problem</th>
        <th scope="col">Environment</th>
        <th scope="col">Bucket</th>
        <th scope="col">Operations</th>
        <th scope="col">Tests</th>
        <th scope="col">Origin</th>
      </tr>
    </thead>
    <tbody>
      {problems.map(({ id, message, environment, operations, tests, origin, chain, rung, memberships }) => (
        <tr key={id} data-problem={id}>
          <td style={{ minWidth: 200 }}>
            <Link href={`/problems/${encodeURIComponent(id)}`}>{message === "" ? id : message}</Link>
          </td>
          <td>{lower(environment)}</td>
          <td data-value="bucket">
            <Measured of={memberships.find(({ problemSetId, attempts }) => (set === "" ? attempts != null : problemSetId === set))} />
          </td>
          <td className="small">{operations.join(", ")}</td>
          <td>{tests.length}</td>
          <td className="small">
            <button
              type="button"
              className="tag"
              title="Only problems of this origin"
              onClick={() => onOrigin(origin.source ?? origin.teacher)}
            >
              {origin.source ?? origin.teacher}
            </button>
            {chain != null && <span style={{ whiteSpace: "nowrap" }}> rung {rung}</span>}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

function Measured({ of }: { readonly of: Problem["memberships"][number] | undefined }) {
  if (of?.attempts == null) return <span className="muted">not measured</span>;
  return (
    <span className="row" style={{ gap: 6, flexWrap: "nowrap", whiteSpace: "nowrap" }}>
      <span className="swatch" data-bucket={of.bucket ?? "NONE"} aria-hidden="true" />
      {bucketName(of.bucket)}
      <span className="small muted">
        {of.passes} of {of.attempts}
      </span>
    </span>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly value: string;
  readonly values: readonly (readonly [value: string, text: string])[];
  readonly all: string;
  readonly onChange: (value: string) => void;
}

const Choice = ({ name, value, values, all, onChange }: ChoiceProps) => (
  <label className="row small muted">
    {name}
    <select value={value} onChange={({ target }) => onChange(target.value)}>
      <option value="">{all}</option>
      {values.map(([one, text]) => (
        <option key={one} value={one}>
          {text}
        </option>
      ))}
    </select>
  </label>
);

const lower = (text: string): string => text.toLowerCase().replaceAll("_", "-");

/** Pages behind the first one, as far as they were wanted; forgotten when the filter changes. */
function useMore(filter: ProblemFilter, firstEnd: string | null) {
  const key = JSON.stringify(filter);
  const [pages, setPages] = useState<{ readonly problems: readonly Problem[]; readonly end: string | null; readonly isDone: boolean }>({
    problems: [],
    end: null,
    isDone: false,
  });
  useEffect(() => setPages({ problems: [], end: null, isDone: false }), [key]);
  const load = async (): Promise<void> => {
    const { problems } = await ask(PROBLEMS, { filter, after: pages.end ?? firstEnd });
    setPages((before) => ({
      problems: [...before.problems, ...problems.nodes],
      end: problems.pageInfo.endCursor ?? null,
      isDone: !problems.pageInfo.hasNextPage,
    }));
  };
  return { ...pages, load };
}
