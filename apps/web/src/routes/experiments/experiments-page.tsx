// Owns: the list of experiments: filter, order and columns, all in the URL. Must not know: one experiment's page.
import { useCallback, useDeferredValue, useEffect, useState } from "react";
import { Link } from "wouter";
import { ask } from "../../api/ask.ts";
import { useAnswer } from "../../api/use-answer.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Menu } from "../../components/menu.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { plural } from "../../format/number.ts";
import type { ExperimentFilter, ExperimentsQuery } from "../../generated/graphql.ts";
import { ShelfChoice, shelfOf } from "../../shelf/shelf-choice.tsx";
import { useUrlState } from "../../url/use-url-state.ts";
import { useTitle } from "../../use-title.ts";
import { ExperimentRow } from "./experiment-row.tsx";
import { EXPERIMENTS } from "./experiments-query.ts";
import { COLUMNS, inOrder } from "./experiment-columns.ts";
import type { Column } from "./experiment-columns.ts";
import { STATUSES, textFilter, withStatus, withTag } from "./text-filter.ts";

type Experiment = ExperimentsQuery["experiments"]["nodes"][number];

export function ExperimentsPage() {
  useTitle("Experiments");
  const [search, setSearch] = useUrlState("name");
  const [sort, setSort] = useUrlState("sort", "created-");
  const [hidden, setHidden] = useUrlState("hide");
  const wanted = useDeferredValue(search);
  const [shelf, setShelf] = useUrlState("shelf");
  const { filter: told, wrong } = textFilter(wanted);
  const filter = { ...told, shelf: shelfOf(shelf) };
  const { data, error, reload } = useAnswer(EXPERIMENTS, { filter });
  const more = useMore(filter, data?.experiments.pageInfo.endCursor ?? null);
  const [best, setBest] = useState<ReadonlyMap<string, number>>(new Map());
  const tellBest = useCallback(
    (id: string, mean: number) => setBest((before) => (before.get(id) === mean ? before : new Map(before).set(id, mean))),
    [],
  );
  const experiments = data && inOrder([...data.experiments.nodes, ...more.nodes], sort, best);
  const away = new Set(hidden.split(" ").filter((column) => column !== ""));
  const shown = COLUMNS.filter(({ name }) => !away.has(name));
  const toggle = (name: string): void => setHidden((away.has(name) ? [...away].filter((one) => one !== name) : [...away, name]).join(" "));
  return (
    <div className="stack">
      <div className="row spread">
        <h1>Experiments</h1>
        <div className="row">
          <label className="row small muted">
            Status
            <select
              value={filter.statuses?.length === 1 ? filter.statuses[0] : ""}
              onChange={({ target }) => setSearch(withStatus(search, target.value))}
            >
              <option value="">any</option>
              {STATUSES.map((status) => (
                <option key={status} value={status}>
                  {status.toLowerCase()}
                </option>
              ))}
            </select>
          </label>
          <label className="row small muted">
            Name
            <input
              type="search"
              data-search
              size={26}
              value={search}
              onChange={({ target }) => setSearch(target.value, { replace: true })}
              placeholder="contains … tag:team=red"
            />
          </label>
          <ShelfChoice value={shelf} onChoose={setShelf} />
          <Menu button="Columns">
            {() =>
              COLUMNS.filter(({ isFixed }) => !isFixed).map(({ name, title }) => (
                <label key={name} className="row small" style={{ flexWrap: "nowrap", padding: "4px 8px" }}>
                  <input type="checkbox" checked={!away.has(name)} onChange={() => toggle(name)} />
                  {title}
                </label>
              ))
            }
          </Menu>
          <Link href="/new" className="button" data-kind="primary">
            Start an experiment
          </Link>
        </div>
      </div>
      {wrong.map((sentence) => (
        <p key={sentence} className="notice">
          {sentence}
        </p>
      ))}
      {error && <Trouble error={error} onRetry={reload} />}
      <Panel title={data ? plural(data.experiments.totalCount, "experiment") : "Experiments"} flush>
        {experiments === undefined ? (
          <Skeleton lines={5} />
        ) : experiments.length > 0 ? (
          <>
            <table className="experiments">
              <thead>
                <tr>
                  {shown.map((column) => (
                    <Heading key={column.name} column={column} sort={sort} onSort={setSort} />
                  ))}
                </tr>
              </thead>
              <tbody>
                {experiments.map((experiment) => (
                  <ExperimentRow
                    key={experiment.id}
                    experiment={experiment}
                    columns={new Set(shown.map(({ name }) => name))}
                    onBest={tellBest}
                    onTag={(tag) => setSearch(withTag(search, tag))}
                  />
                ))}
              </tbody>
            </table>
            {data?.experiments.pageInfo.hasNextPage === true && !more.isDone && (
              <div style={{ padding: 12 }}>
                <Button onClick={() => void more.load()}>More</Button>
              </div>
            )}
          </>
        ) : shelf !== "" ? (
          <EmptyState title={`No ${shelf} experiment${wanted === "" ? "" : " is like this"}.`}>
            A page of an experiment archives or deletes it, and restores it.
          </EmptyState>
        ) : wanted === "" ? (
          <EmptyState title="No experiment yet." command="npm run gradus -- run examples/quickstart.yaml">
            An experiment is a file: which curricula, which seeds, which policy. The quickstart compares curricula on this machine in
            minutes.
          </EmptyState>
        ) : (
          <EmptyState title={`No experiment is like “${wanted}”.`}>
            Words are looked for in names; <code>status:running</code> and <code>tag:team=red</code> narrow the list.
          </EmptyState>
        )}
      </Panel>
    </div>
  );
}

interface HeadingProps {
  readonly column: Column;
  readonly sort: string;
  readonly onSort: (sort: string) => void;
}

/** A click sorts, another one turns it round. */
function Heading({ column: { name, title, isWideOnly }, sort, onSort }: HeadingProps) {
  const direction = sort === `${name}+` ? "ascending" : sort === `${name}-` ? "descending" : "none";
  return (
    <th scope="col" className={isWideOnly ? "wide-only" : undefined} aria-sort={direction}>
      <button type="button" className="sort" onClick={() => onSort(direction === "ascending" ? `${name}-` : `${name}+`)}>
        {title}
        <span aria-hidden="true">{direction === "ascending" ? " ↑" : direction === "descending" ? " ↓" : ""}</span>
      </button>
    </th>
  );
}

/** Pages behind the first one, as far as they were wanted; forgotten when the filter changes. */
function useMore(filter: ExperimentFilter, firstEnd: string | null) {
  const key = JSON.stringify(filter);
  const none = { nodes: [] as readonly Experiment[], end: null as string | null, isDone: false };
  const [pages, setPages] = useState(none);
  useEffect(() => setPages({ nodes: [], end: null, isDone: false }), [key]);
  const load = async (): Promise<void> => {
    const { experiments } = await ask(EXPERIMENTS, { filter, after: pages.end ?? firstEnd });
    const { hasNextPage, endCursor } = experiments.pageInfo;
    setPages((before) => ({ nodes: [...before.nodes, ...experiments.nodes], end: endCursor ?? null, isDone: !hasNextPage }));
  };
  return { ...pages, load };
}
