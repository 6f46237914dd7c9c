// Owns: our runs and experiments in the shape of MLflow's REST API. Must not know: HTTP, SQL.
import { eventValue } from "@gradus/domain/event";
import type { ExternalExperimentRow, ExternalRunRow, LatestRow } from "@gradus/prisma/reading/external-run-reader";

/** MLflow's clients refuse dots in a run's id; ours have one, and no underscore. */
export const mlflowRunId = (id: string): string => id.replace(".", "_");
export const runIdOf = (mlflowId: string): string => mlflowId.replace("_", ".");

const STATUSES: Readonly<Record<string, string>> = { COMPLETED: "FINISHED", FAILED: "FAILED", CANCELLED: "KILLED", RUNNING: "RUNNING" };

export const mlflowStatus = (status: string): string => STATUSES[status] ?? "SCHEDULED";

export const experimentShape = ({ id, name, createdAt }: ExternalExperimentRow): object => ({
  experiment_id: id,
  name,
  artifact_location: `mlflow-artifacts:/${id}`,
  lifecycle_stage: "active",
  creation_time: createdAt.getTime(),
  last_update_time: createdAt.getTime(),
  tags: [],
});

export const runInfo = ({ id, experimentId, name, status, startedAt, finishedAt }: ExternalRunRow): object => ({
  run_id: mlflowRunId(id),
  run_uuid: mlflowRunId(id),
  run_name: name ?? id,
  experiment_id: experimentId,
  status: mlflowStatus(status),
  start_time: startedAt?.getTime() ?? 0,
  ...(finishedAt === null ? {} : { end_time: finishedAt.getTime() }),
  lifecycle_stage: "active",
  artifact_uri: `mlflow-artifacts:/${experimentId}/${mlflowRunId(id)}`,
});

export const runShape = (run: ExternalRunRow, latest: readonly LatestRow[]): object => ({
  info: runInfo(run),
  data: {
    metrics: latest.map(({ name, step, value, storedMs }) => ({ key: name, value: eventValue(value), step, timestamp: storedMs })),
    params: Object.entries(run.config).map(([key, value]) => ({ key, value: typeof value === "string" ? value : JSON.stringify(value) })),
    tags: Object.entries(run.tags).map(([key, value]) => ({ key, value })),
  },
  inputs: {},
});
