// Owns: the fields of Run that are more than a column.
import { RetentionPolicy } from "@gradus/domain/retention";
import { stageExecutionKey } from "@gradus/prisma/reading/step-reader";
import { streamCursor } from "../cursor.ts";
import { present } from "../errors.ts";
import type { MetricNameModel, PolicyVersionModel, SampleModel, StageExecutionModel, StepModel } from "../mappers.ts";
import { historyOf } from "../metric-history.ts";
import { seriesOf } from "../metric-series.ts";
import { telemetryOfRun } from "../node-telemetry.ts";
import { askFor, toPage } from "../page.ts";
import type { ListOrder } from "../page.ts";
import { diagnoseWait } from "../stage-wait.ts";
import type { RunResolvers } from "../generated/schema-types.ts";
import { globalIdOf } from "../global-id.ts";

const STEPS: ListOrder<StepModel> = { list: "steps", keyLength: 1, keyOf: ({ step }) => [String(step)] };
const STAGES: ListOrder<StageExecutionModel> = { list: "stage-executions", keyLength: 2, keyOf: stageExecutionKey };
const VERSIONS: ListOrder<PolicyVersionModel> = { list: "policy-versions", keyLength: 1, keyOf: ({ version }) => [String(version)] };
const NAMES: ListOrder<MetricNameModel> = { list: "metric-names", keyLength: 1, keyOf: ({ name }) => [name] };
const SAMPLES: ListOrder<SampleModel> = { list: "samples", keyLength: 3, keyOf: ({ name, step, id }) => [name, String(step), id] };
const size = { usual: 100, most: 1_000 };

export const Run: RunResolvers = {
  globalId: ({ id }) => globalIdOf("Run", id),
  experiment: async ({ experimentId }, _args, { load }) => present(await load.experiment.load(experimentId), "experiment", experimentId),
  arm: async ({ armId }, _args, { load }) => present(await load.arm.load(armId), "arm", armId),
  node: ({ nodeId }, _args, { load }) => (nodeId === null ? null : load.node.load(nodeId)),
  telemetry: ({ id }, args, { db }) => telemetryOfRun(db, id, args),
  forkedFrom: ({ forkedFromRunId }, _args, { load }) => (forkedFromRunId === null ? null : load.run.load(forkedFromRunId)),
  steps: async ({ id }, args, { load }) => {
    const ask = askFor(STEPS, args, size);
    return toPage(STEPS, ask, await load.stepsOfRun(id, ask));
  },
  step: async ({ id }, { step }, { load }) => (await load.step.load({ runId: id, step }))[0] ?? null,
  stageExecutions: async ({ id }, args, { load }) => {
    const ask = askFor(STAGES, args, size);
    return toPage(STAGES, ask, await load.stageExecutionsOfRun(id, ask));
  },
  policyVersions: async ({ id }, args, { load }) => {
    const ask = askFor(VERSIONS, args, size);
    return toPage(VERSIONS, ask, await load.policyVersionsOfRun(id, ask));
  },
  evaluations: async ({ id }, _args, { load }) => (await load.evaluationsOfRun.load(id)).filter(({ suite }) => suite === null),
  suiteEvaluations: async ({ id }, _args, { load }) => (await load.evaluationsOfRun.load(id)).filter(({ suite }) => suite !== null),
  metricNames: async ({ id }, { contains, ...page }, { load }) => {
    const ask = askFor(NAMES, page, { usual: 200, most: 1_000 });
    return toPage(NAMES, ask, await load.metricNamesOfRun(id, { ...ask, contains: contains ?? "" }));
  },
  metricSeries: ({ id }, args, { load }) => seriesOf(load, id, args),
  config: async ({ isExternal, config, armId }, _args, { load }) =>
    isExternal ? config : (present(await load.arm.load(armId), "arm", armId).configuration as object),
  parent: ({ parentRunId }, _args, { load }) => (parentRunId === null ? null : load.run.load(parentRunId)),
  samples: async ({ id }, { name, ...page }, { load }) => {
    const ask = askFor(SAMPLES, page, size);
    return toPage(SAMPLES, ask, await load.samplesOfRun(id, { ...ask, name: name ?? null }));
  },
  openAlerts: async ({ id }, _args, { load }) => [...(await load.openAlertsOfRun.load(id))],
  retention: async ({ retention, experimentId }, _args, { load }) => {
    const { projectId } = present(await load.experiment.load(experimentId), "experiment", experimentId);
    const policy = retention ?? present(await load.project.load(projectId), "project", projectId).retention;
    return policy === null ? null : RetentionPolicy.parse(policy);
  },
  prunings: async ({ id }, _args, { load }) => [...(await load.pruningsOfRun.load(id))],
  waitsFor: (run, _args, context) => diagnoseWait(run, context),
  metricHistory: ({ id }, args, { db }) => historyOf(db, id, args),
  metricStorage: async ({ id }, _args, { load }) => {
    const { names, points, rows, chunks, bytes, batches } = present(await load.metricStorageOfRun.load(id), "run", id);
    return { names, chunks, points: BigInt(points), rows: BigInt(rows), bytes: BigInt(bytes), batches: BigInt(batches) };
  },
  cursor: async ({ streamPosition }, _args, { epoch }) => streamCursor("run", await epoch(), streamPosition),
};
