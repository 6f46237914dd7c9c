// Owns: a page of runs, or of experiments, that a filter lets through, in an order. Must not know: HTTP, the filter's language.
import type { Database } from "@gradus/prisma/database";
import { readExternalRuns, readLatest } from "@gradus/prisma/reading/external-run-reader";
import type { ExternalExperimentRow, ExternalRunRow } from "@gradus/prisma/reading/external-run-reader";
import { invalid } from "./mlflow-error.ts";
import { experimentShape, mlflowRunId, mlflowStatus, runShape } from "./run-shape.ts";
import { compareBy, matches, parseFilter, parseOrder } from "../run-filter/filter-text.ts";
import type { Searchable } from "../run-filter/filter-text.ts";

export interface RunSearch {
  readonly filter: string;
  readonly orderBy: readonly string[];
  readonly limit: number;
  readonly after: string | undefined;
}

/** Metrics are read for the names that filter and order look at, then wholly for the page alone. @throws MlflowError */
export async function searchRuns(
  db: Database,
  experimentIds: readonly string[],
  { filter, orderBy, limit, after }: RunSearch,
): Promise<object> {
  const [comparisons, orders] = [parseFilter(filter), parseOrder(orderBy)];
  const from = placeOf(after);
  const runs = await readExternalRuns(db, { experimentIds });
  const names = [...comparisons, ...orders].flatMap(({ field }) => (field.kind === "metric" ? [field.name] : []));
  const ids = runs.map(({ id }) => id);
  const latest = new Map(
    (names.length === 0 ? [] : await readLatest(db, ids, names)).map((row) => [`${row.runId}\n${row.name}`, row.value]),
  );
  const found = runs
    .map((run) => ({ run, ...searchable(run, (name) => latest.get(`${run.id}\n${name}`) ?? null) }))
    .filter((one) => matches(one, comparisons))
    // The newest first where the order says nothing; sorting keeps that.
    .toSorted(compareBy(orders));
  const page = found.slice(from, from + limit).map(({ run }) => run);
  const values = Map.groupBy(
    await readLatest(
      db,
      page.map(({ id }) => id),
      null,
    ),
    ({ runId }) => runId,
  );
  return {
    runs: page.map((run) => runShape(run, values.get(run.id) ?? [])),
    ...(from + limit < found.length ? { next_page_token: String(from + limit) } : {}),
  };
}

function placeOf(token: string | undefined): number {
  const from = Number(token ?? 0);
  if (!Number.isSafeInteger(from) || from < 0) throw invalid("page_token: one that a search gave");
  return from;
}

/** @throws MlflowError */
export function searchExperiments(experiments: readonly ExternalExperimentRow[], { filter, orderBy, limit, after }: RunSearch): object {
  const [comparisons, orders, from] = [parseFilter(filter), parseOrder(orderBy), placeOf(after)];
  const found = experiments
    .map((experiment) => ({ experiment, ...searchableExperiment(experiment) }))
    .filter((one) => matches(one, comparisons))
    .toSorted(compareBy(orders));
  return {
    experiments: found.slice(from, from + limit).map(({ experiment }) => experimentShape(experiment)),
    ...(from + limit < found.length ? { next_page_token: String(from + limit) } : {}),
  };
}

const none = (): null => null;
const searchableExperiment = ({ id, name, createdAt }: ExternalExperimentRow): Searchable => ({
  metric: none,
  param: none,
  // Experiments made by MLflow's clients have no tags here.
  tag: none,
  attribute: (of) => {
    switch (of.toLowerCase()) {
      case "name":
        return name;
      case "experiment_id":
        return id;
      case "creation_time":
      case "last_update_time":
        return createdAt.getTime();
      default:
        throw invalid(`attributes.${of}: there is none of that name`);
    }
  },
});

const searchable = (run: ExternalRunRow, metric: (name: string) => number | null): Searchable => ({
  metric,
  param: (name) => (run.config[name] === undefined ? null : String(run.config[name])),
  tag: (name) => run.tags[name] ?? null,
  attribute: (name) => {
    switch (name.toLowerCase()) {
      case "status":
        return mlflowStatus(run.status);
      case "run_id":
        return mlflowRunId(run.id);
      case "run_name":
      case "run name":
        return run.name ?? run.id;
      case "start_time":
      case "created":
        return run.startedAt?.getTime() ?? null;
      case "end_time":
        return run.finishedAt?.getTime() ?? null;
      default:
        throw invalid(`attributes.${name}: there is none of that name`);
    }
  },
});
