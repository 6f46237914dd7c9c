// Owns: runs over all experiments: filter in words, order, which are laid over one another, all in the URL. Must not know: one run's page.
import { useCallback, useDeferredValue, useEffect, useMemo, useRef } from "react";
import { useAnswer } from "../../api/use-answer.ts";
import { useAfterPaint } from "../../components/after-paint.tsx";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { GroupsPanel } from "../../groups/groups-panel.tsx";
import { formatCount, plural } from "../../format/number.ts";
import { ShelfChoice, shelfOf } from "../../shelf/shelf-choice.tsx";
import { useUrlState } from "../../url/use-url-state.ts";
import { useTitle } from "../../use-title.ts";
import { columnsFor, runsInOrder, tagsOf } from "./run-columns.ts";
import type { ListedRun } from "./run-columns.ts";
import { RunOverlay } from "./run-overlay.tsx";
import { RunRow } from "./run-row.tsx";
import { RUNS } from "./runs-query.ts";

const PAGE = 100;
const MOST = 200;
const EXAMPLE = "metrics.train/reward > 0.5 and config.training.steps >= 8";

/** Looks of runs go by their place in the list; groups have others. */
const likeNoRun = (_runIds: readonly string[], at: number): number => MOST + at;

/** By which runs are grouped most: where they are from, and the tags that some have. */
const proposedOf = (runs: readonly ListedRun[]): string[] => [
  "attributes.experiment",
  "attributes.arm",
  "attributes.status",
  ...new Set(runs.flatMap((run) => tagsOf(run).map((tag) => `tags.${tag.split("=", 1)[0] ?? ""}`))),
];

export function RunsPage() {
  useTitle("Runs");
  const [text, setText] = useUrlState("filter");
  const [metric, setMetric] = useUrlState("metric", "train/reward");
  const [sort, setSort] = useUrlState("sort", "created-");
  const [picked, setPicked] = useUrlState("runs");
  const [count, setCount] = useUrlState("first", String(PAGE));
  const [shelf, setShelf] = useUrlState("shelf");
  const wanted = useDeferredValue(text.trim());
  const typed = useDeferredValue(metric);
  const filter = useMemo(() => ({ text: wanted === "" ? null : wanted, shelf: shelfOf(shelf) }), [wanted, shelf]);
  const { data, error, isStale } = useAnswer(RUNS, { ...filter, first: Math.min(MOST, Number(count) || PAGE), metric: typed });
  // The heading answers at once, and a hundred rows change places behind it.
  const order = useAfterPaint(sort);
  const runs = useMemo(() => data && runsInOrder(data.runs.nodes, order, metric), [data, order, metric]);
  const chosen = new Set(
    picked === "all"
      ? runs?.map(({ id }) => id)
      : picked
          .split(",")
          .filter((id) => id !== "")
          .map(decodeURIComponent),
  );
  const choose = (ids: ReadonlySet<string>): void => setPicked([...ids].map(encodeURIComponent).join(","), { replace: true });
  // In the API's order and not in the table's: another order there is nothing to draw anew, and a run keeps its colour when others come and go.
  const laid = useMemo(() => data?.runs.nodes.filter(({ id }) => chosen.has(id)) ?? [], [data, picked]);
  // The tick answers at once, and the lines follow.
  const drawn = useAfterPaint(laid);
  const ordinals = useMemo(() => new Map(data?.runs.nodes.map(({ id }, at) => [id, at])), [data]);
  const total = data?.runs.totalCount ?? 0;
  const groups = useMemo(
    () => <GroupsPanel of={filter} metrics={[typed]} proposed={proposedOf(data?.runs.nodes ?? [])} ordinalOf={likeNoRun} version={0} />,
    [filter, typed, data],
  );
  // Rows are given the same two from render to render, and these act on what is chosen and written then.
  const acts = useRef({ toggle: (_id: string): void => {}, narrow: (_condition: string): void => {} });
  useEffect(() => {
    acts.current = {
      toggle(id) {
        const next = new Set(chosen);
        if (!next.delete(id)) next.add(id);
        choose(next);
      },
      narrow: (condition) => setText(text.trim() === "" ? condition : `${text.trim()} and ${condition}`),
    };
  });
  const toggle = useCallback((id: string) => acts.current.toggle(id), []);
  const narrow = useCallback((condition: string) => acts.current.narrow(condition), []);
  return (
    <div className="stack">
      <div className="row spread">
        <h1>Runs</h1>
        <div className="row" style={{ flex: 1, justifyContent: "flex-end" }}>
          <label className="row small muted" style={{ flex: "1 1 320px", maxWidth: 640, flexWrap: "nowrap" }}>
            Filter
            <input
              type="search"
              data-search
              style={{ flex: 1, minWidth: 0 }}
              value={text}
              spellCheck={false}
              onChange={({ target }) => setText(target.value, { replace: true })}
              placeholder={EXAMPLE}
            />
          </label>
          <ShelfChoice value={shelf} onChoose={setShelf} />
          <label className="row small muted">
            Metric
            <input value={metric} size={18} spellCheck={false} onChange={({ target }) => setMetric(target.value, { replace: true })} />
          </label>
        </div>
      </div>
      {error && (
        <p className="notice" role="status">
          {error.message}
        </p>
      )}
      {drawn.length > 0 && <RunOverlay runs={drawn} ordinals={ordinals} metric={metric} />}
      {total > 0 && groups}
      <Panel
        title={data ? plural(total, "run") : "Runs"}
        flush
        aside={
          runs !== undefined &&
          runs.length > 0 && (
            <span className="row no-print">
              <Button disabled={picked === "all"} onClick={() => setPicked("all")}>
                Lay all over one another
              </Button>
              <Button disabled={chosen.size === 0} onClick={() => setPicked("")}>
                None
              </Button>
            </span>
          )
        }
      >
        {runs === undefined ? (
          !error && <Skeleton lines={8} />
        ) : runs.length === 0 ? (
          shelf !== "" ? (
            <EmptyState title={`No ${shelf} run${wanted === "" ? "" : " passes this filter"}.`}>
              A run&apos;s page archives or deletes it, and restores it.
            </EmptyState>
          ) : wanted === "" ? (
            <EmptyState title="No run yet." command="npm run gradus -- run examples/quickstart.yaml" />
          ) : (
            <EmptyState title="No run passes this filter.">
              Conditions are joined by <code>and</code>: <code>metrics.name</code> is a last value, <code>config.path</code> a parameter,{" "}
              <code>tags.name</code> a tag; <code>&lt; &lt;= = != &gt;= &gt; like in</code>. For example <code>{EXAMPLE}</code>.
            </EmptyState>
          )
        ) : (
          <table className="runs" style={isStale ? { opacity: 0.6 } : undefined}>
            <thead>
              <tr>
                <th scope="col">
                  <span className="hidden-visually">Lay over the others</span>
                </th>
                {columnsFor(metric).map(({ name, title, isWideOnly }) => {
                  const direction = sort === `${name}+` ? "ascending" : sort === `${name}-` ? "descending" : "none";
                  return (
                    <th key={name} scope="col" className={isWideOnly ? "wide-only" : undefined} aria-sort={direction}>
                      <button type="button" className="sort" onClick={() => setSort(direction === "descending" ? `${name}+` : `${name}-`)}>
                        {title}
                        <span aria-hidden="true">{direction === "ascending" ? " ↑" : direction === "descending" ? " ↓" : ""}</span>
                      </button>
                    </th>
                  );
                })}
              </tr>
            </thead>
            <tbody>
              {runs.map((run) => (
                <RunRow
                  key={run.id}
                  run={run}
                  metric={metric}
                  ordinal={chosen.has(run.id) ? (ordinals.get(run.id) ?? 0) : null}
                  onToggle={toggle}
                  onTag={narrow}
                />
              ))}
            </tbody>
          </table>
        )}
        {runs !== undefined && total > runs.length && (
          <div className="row small muted" style={{ padding: 12 }}>
            {runs.length < MOST && <Button onClick={() => setCount(String(MOST))}>More</Button>}
            <span>The newest {formatCount(runs.length)} are here: a filter finds the others.</span>
          </div>
        )}
      </Panel>
    </div>
  );
}
