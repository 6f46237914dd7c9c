// Owns: runs of other tools on their way to the API, as external runs; the same file again is the same run, and its batches are taken once.
// Must not know: file formats.
import { sha256Hex } from "@gradus/domain/content-hash";
import { request } from "../client/api-client.ts";
import { CreateRunDocument, FinishRunDocument, LogMetricsDocument } from "../client/generated/operations.ts";
import { accepted } from "../client/refused.ts";
import type { LoggedRun } from "./logged-runs.ts";
import type { ScalarPoint } from "./tensorboard-events.ts";

/** What the API takes in one batch. */
const MOST_POINTS = 10_000;

export interface StoredRun {
  readonly runId: string;
  readonly name: string;
  readonly points: number;
  /** Points of batches that were there already. */
  readonly known: number;
}

/** @throws RefusedError with the API's reasons */
export async function storeRun(
  apiUrl: string,
  { project, experiment }: { readonly project: string; readonly experiment: string },
  run: LoggedRun,
  tell: (what: string) => void,
): Promise<StoredRun> {
  const input = { project, experiment, name: run.name, key: run.name, session: "import" };
  const { createRun } = await request(apiUrl, CreateRunDocument, { input });
  const { id: runId } = accepted(createRun, "run");
  const segment = createRun.segment ?? 0;
  let [points, known] = [0, 0];
  let held: ScalarPoint[] = [];
  const flush = async (): Promise<void> => {
    const series = [...Map.groupBy(held, ({ name }) => name)].map(([name, ofName]) => ({
      name,
      steps: ofName.map(({ step }) => step),
      values: ofName.map(({ value }) => wire(value)),
      times: ofName.map(({ time }) => time),
    }));
    const batchId = sha256Hex(Buffer.from(JSON.stringify(series)));
    const { logMetrics } = await request(apiUrl, LogMetricsDocument, { input: { runId, segment, batchId, series } });
    accepted(logMetrics, "ok");
    points += held.length;
    if (logMetrics.duplicate === true) known += held.length;
    held = [];
  };
  for await (const point of run.points(tell)) {
    if (held.push(point) === MOST_POINTS) await flush();
  }
  if (held.length > 0) await flush();
  const { finishRun } = await request(apiUrl, FinishRunDocument, { input: { runId, status: "COMPLETED" } });
  accepted(finishRun, "ok");
  return { runId, name: run.name, points, known };
}

const wire = (value: number): number | "NaN" | "Infinity" | "-Infinity" =>
  Number.isFinite(value) ? value : Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
