// Owns: MLflow's REST API over our external runs, so that an unchanged script logs here. Must not know: how points are stored.
// https://mlflow.org/docs/latest/rest-api.html. What is not offered says so by name.
import { MissingRow, sha256Hex } from "@gradus/domain";
import { eventValue } from "@gradus/domain/event";
import type { Database } from "@gradus/prisma/database";
import {
  createExternalRun,
  describeExternalRun,
  ensureExternalExperiment,
  externalExperimentId,
  finishExternalRun,
  logPoints,
  ParameterChanged,
  reopenExternalRun,
} from "@gradus/prisma/metrics/external-run-store";
import { readSeries } from "@gradus/prisma/metrics/read-series";
import { readExternalExperiments, readExternalRuns, readLatest } from "@gradus/prisma/reading/external-run-reader";
import type { ExternalExperimentRow, ExternalRunRow } from "@gradus/prisma/reading/external-run-reader";
import express, { Router } from "express";
import type { Logger } from "pino";
import { z } from "zod";
import { checkSeries } from "../commands/check-batch.ts";
import { Refusal } from "../commands/refusal.ts";
import { FilterTextError } from "../run-filter/filter-text.ts";
import { allow } from "../access/http-access.ts";
import { invalid, MlflowError } from "./mlflow-error.ts";
import { experimentShape, runIdOf, runInfo, runShape } from "./run-shape.ts";
import { searchExperiments, searchRuns } from "./search-runs.ts";

const PROJECT = "default";
/** MLflow's clients log here when no experiment was named. */
const DEFAULT = { id: "0", name: "Default" };
const SEGMENT = 1;
/** What is recorded as batches in its run, and not in the audit log. */
const POINTS: ReadonlySet<string> = new Set(["POST runs/log-metric", "POST runs/log-batch"]);
const MAX_BODY = 8_000_000;

const Pair = z.object({ key: z.string(), value: z.string() });
const Metric = z.object({
  key: z.string(),
  value: z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"]).transform(Number)]),
  timestamp: z.coerce.number(),
  step: z.coerce.number().default(0),
});
type Metric = z.infer<typeof Metric>;
const OfRun = z.object({ run_id: z.string().transform(runIdOf) });
const Search = z.object({
  experiment_ids: z.array(z.string()).default([]),
  filter: z.string().default(""),
  order_by: z.array(z.string()).default([]),
  max_results: z.coerce.number().int().min(1).max(50_000).default(1_000),
  page_token: z.string().optional(),
  run_view_type: z.string().optional(),
});

const SearchExperiments = Search.omit({ experiment_ids: true }).extend({ view_type: z.string().optional() });

type Handler = (db: Database, input: unknown) => Promise<object>;

const STATUS: Readonly<Record<string, "COMPLETED" | "FAILED" | "CANCELLED">> = {
  FINISHED: "COMPLETED",
  FAILED: "FAILED",
  KILLED: "CANCELLED",
};

const record = (pairs: readonly { key: string; value: string }[]): Record<string, string> =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, value]));

async function experimentOf(db: Database, by: { id: string } | { name: string }): Promise<ExternalExperimentRow> {
  const wanted = "name" in by ? externalExperimentId(PROJECT, by.name) : by.id;
  if (wanted === DEFAULT.id) {
    const id = await ensureExternalExperiment(db.sql, PROJECT, DEFAULT.name);
    return { id, name: DEFAULT.name, createdAt: new Date(0) };
  }
  const found = (await readExternalExperiments(db, PROJECT)).find(({ id }) => id === wanted);
  if (found === undefined) throw new MlflowError("RESOURCE_DOES_NOT_EXIST", `there is no experiment ${"name" in by ? by.name : by.id}`);
  return found;
}

async function runOf(db: Database, id: string): Promise<ExternalRunRow> {
  const [run] = await readExternalRuns(db, { ids: [id] });
  if (run === undefined) throw new MlflowError("RESOURCE_DOES_NOT_EXIST", `there is no run ${id}`);
  return run;
}

async function log(db: Database, runId: string, metrics: readonly Metric[]): Promise<void> {
  if (metrics.length === 0) return;
  const series = [...Map.groupBy(metrics, ({ key }) => key)].map(([name, ofName]) => ({
    name,
    steps: ofName.map(({ step }) => step),
    values: ofName.map(({ value }) => value),
    times: ofName.map(({ timestamp }) => timestamp),
  }));
  // A metric that says the same again is the same, as it is to MLflow: its clients repeat what was not answered.
  const key = `mlflow/${sha256Hex(JSON.stringify(metrics.map(({ value, ...rest }) => ({ ...rest, value: eventValue(value) }))))}`;
  await logPoints(db.sql, runId, key, SEGMENT, checkSeries(series));
}

const HANDLERS: Readonly<Record<string, Handler>> = {
  "POST experiments/create": async (db, input) => {
    const { name } = z.object({ name: z.string().min(1).max(250) }).parse(input);
    if ((await readExternalExperiments(db, PROJECT)).some((one) => one.name === name))
      throw new MlflowError("RESOURCE_ALREADY_EXISTS", `experiment ${name} is there already`);
    return { experiment_id: await ensureExternalExperiment(db.sql, PROJECT, name) };
  },
  "GET experiments/get": async (db, input) => {
    const { experiment_id: id } = z.object({ experiment_id: z.string() }).parse(input);
    return { experiment: experimentShape(await experimentOf(db, { id })) };
  },
  "GET experiments/get-by-name": async (db, input) => {
    const { experiment_name: name } = z.object({ experiment_name: z.string() }).parse(input);
    return { experiment: experimentShape(await experimentOf(db, { name })) };
  },
  "POST experiments/search": async (db, input) => {
    const { filter, order_by, max_results, page_token, view_type } = SearchExperiments.parse(input);
    const experiments = view_type === "DELETED_ONLY" ? [] : await readExternalExperiments(db, PROJECT);
    return searchExperiments(experiments, { filter, orderBy: order_by, limit: max_results, after: page_token });
  },
  "POST runs/create": async (db, input) => {
    const {
      experiment_id: id,
      run_name: name,
      tags,
    } = z
      .object({ experiment_id: z.string().default(DEFAULT.id), run_name: z.string().optional(), tags: z.array(Pair).default([]) })
      .parse(input);
    const experiment = await experimentOf(db, { id });
    const tagged = record(tags);
    const run = await createExternalRun(db.sql, {
      projectId: PROJECT,
      experiment: experiment.name,
      arm: "external",
      seed: 0,
      name: name ?? tagged["mlflow.runName"] ?? null,
      config: {},
      tags: tagged,
      key: crypto.randomUUID(),
      session: "mlflow",
      parentRunId: tagged["mlflow.parentRunId"] === undefined ? null : runIdOf(tagged["mlflow.parentRunId"]),
    });
    return { run: runShape(await runOf(db, run.id), []) };
  },
  "GET runs/get": async (db, input) => {
    const run = await runOf(db, OfRun.parse(input).run_id);
    return { run: runShape(run, await readLatest(db, [run.id], null)) };
  },
  "POST runs/update": async (db, input) => {
    const {
      run_id: id,
      status,
      run_name: name,
    } = OfRun.extend({ status: z.string().optional(), run_name: z.string().optional() }).parse(input);
    await runOf(db, id);
    if (name !== undefined) await db.prisma.run.update({ where: { id }, data: { name } });
    const ended = STATUS[status ?? ""];
    if (ended !== undefined) await finishExternalRun(db.sql, id, ended, null);
    else if (status === "RUNNING") await reopenExternalRun(db.sql, id);
    return { run_info: runInfo(await runOf(db, id)) };
  },
  "POST runs/log-metric": async (db, input) => {
    const { run_id: id, ...metric } = OfRun.extend(Metric.shape).parse(input);
    await log(db, (await runOf(db, id)).id, [metric]);
    return {};
  },
  "POST runs/log-batch": async (db, input) => {
    const {
      run_id: id,
      metrics,
      params,
      tags,
    } = OfRun.extend({
      metrics: z.array(Metric).default([]),
      params: z.array(Pair).default([]),
      tags: z.array(Pair).default([]),
    }).parse(input);
    await runOf(db, id);
    if (params.length + tags.length > 0) await describeExternalRun(db.sql, id, { params: record(params), tags: record(tags) });
    await log(db, id, metrics);
    return {};
  },
  "POST runs/log-parameter": async (db, input) => {
    const { run_id: id, key, value } = OfRun.extend(Pair.shape).parse(input);
    await runOf(db, id);
    await describeExternalRun(db.sql, id, { params: { [key]: value } });
    return {};
  },
  "POST runs/set-tag": async (db, input) => {
    const { run_id: id, key, value } = OfRun.extend(Pair.shape).parse(input);
    await runOf(db, id);
    await describeExternalRun(db.sql, id, { tags: { [key]: value } });
    return {};
  },
  "POST runs/delete-tag": async (db, input) => {
    const { run_id: id, key } = OfRun.extend({ key: z.string() }).parse(input);
    const run = await runOf(db, id);
    if (run.tags[key] === undefined) throw new MlflowError("RESOURCE_DOES_NOT_EXIST", `run ${id} has no tag ${key}`);
    await describeExternalRun(db.sql, id, { removedTags: [key] });
    return {};
  },
  "POST runs/search": async (db, input) => {
    const { experiment_ids, filter, order_by, max_results, page_token, run_view_type } = Search.parse(input);
    // What is deleted here is not shown to MLflow's clients, who cannot restore it.
    if (run_view_type === "DELETED_ONLY") return { runs: [] };
    const ids = experiment_ids.map((id) => (id === DEFAULT.id ? externalExperimentId(PROJECT, DEFAULT.name) : id));
    return searchRuns(db, ids, { filter, orderBy: order_by, limit: max_results, after: page_token });
  },
  "GET metrics/get-history": async (db, input) => {
    const {
      run_id: id,
      metric_key: name,
      max_results: limit,
      page_token: after,
    } = OfRun.extend({
      metric_key: z.string(),
      max_results: z.coerce.number().int().min(1).max(100_000).default(25_000),
      page_token: z.coerce.number().int().min(0).default(0),
    }).parse(input);
    await runOf(db, id);
    const [series] = await readSeries(db.sql, { runIds: [id], names: [name] });
    const { steps, values, times } = series?.points ?? { steps: [], values: [], times: [] };
    const end = Math.min(after + limit, steps.length);
    const metrics = Array.from({ length: Math.max(0, end - after) }, (_, at) => ({
      key: name,
      value: eventValue(values[after + at] as number),
      timestamp: times[after + at],
      step: steps[after + at],
    }));
    return { metrics, ...(end < steps.length ? { next_page_token: String(end) } : {}) };
  },
};

/** At /api/2.0 and /api/3.0, and MLflow's older /ajax-api. */
export function mlflowRoutes(db: Database, log_: Logger): Router {
  const routes = Router();
  routes.use(
    allow(db.sql, ({ method, path }) => {
      const endpoint = `${method} ${path.replace(/^\/mlflow\//, "")}`;
      const reads = method === "GET" || endpoint.endsWith("/search");
      const named = { projects: [PROJECT] };
      return reads || POINTS.has(endpoint)
        ? { scope: reads ? "READ" : "WRITE", named }
        : { scope: "WRITE", named, what: `MLflow ${endpoint}` };
    }),
    express.json({ limit: MAX_BODY }),
  );
  routes.all("/{*path}", async (request, response) => {
    const name = `${request.method} ${request.path.replace(/^\/mlflow\//, "")}`;
    try {
      const handler = HANDLERS[name];
      if (handler === undefined) throw new MlflowError("NOT_IMPLEMENTED", `Gradus does not offer ${name} of MLflow's API`);
      response.json(await handler(db, request.method === "GET" ? request.query : (request.body ?? {})));
    } catch (error) {
      // Tolerates every refusal: MLflow's clients read it by its code.
      const known = asMlflowError(error);
      if (known === null) log_.error({ err: error, endpoint: name }, "a request of an MLflow client failed");
      const { status, code, message } = known ?? {
        status: 500,
        code: "INTERNAL_ERROR",
        message: "internal error; the server's log has it",
      };
      response.status(status).json({ error_code: code, message });
    }
  });
  return routes;
}

function asMlflowError(error: unknown): MlflowError | null {
  if (error instanceof MlflowError) return error;
  if (error instanceof Refusal || error instanceof ParameterChanged || error instanceof FilterTextError) return invalid(error.message);
  if (error instanceof z.ZodError) return invalid(z.prettifyError(error));
  return error instanceof MissingRow ? new MlflowError("RESOURCE_DOES_NOT_EXIST", error.message) : null;
}
