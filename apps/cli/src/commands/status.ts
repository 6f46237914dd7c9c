// Owns: the words and flags of `gradus status`. Must not know: how progress is drawn.
import type { Command } from "commander";
import { request } from "../client/api-client.ts";
import { ExperimentDocument, ExperimentsDocument, ServerDocument } from "../client/generated/operations.ts";
import { progressOf } from "../experiment/progress.ts";
import { unknownExperiment } from "../experiment/watch-experiment.ts";
import { coloured, progressLines } from "../view/progress-lines.ts";
import { exitCodes, printJson, runVerb, withApi } from "./verb.ts";
import type { ApiOptions, VerbContext } from "./verb.ts";
import type { ServerQuery } from "../client/generated/operations.ts";

/** Experiments shown where none is named. */
const SHOWN = 20;

export function registerStatus(program: Command): void {
  const command = program
    .command("status")
    .description("show where an experiment is, or what runs and the newest experiments")
    .argument("[experiment]", "its id");
  withApi(command, {
    examples: ["gradus status", "gradus status quickstart-1a2b3c4d", "gradus status --json | jq -r '.experiments[].id'"],
  }).action((id: string | undefined, options: ApiOptions) =>
    runVerb(options, (context) => (id === undefined ? showAll(context) : showOne(id, context))),
  );
}

async function showOne(id: string, { apiUrl, json }: VerbContext): Promise<number> {
  const { experiment } = await request(apiUrl, ExperimentDocument, { id });
  if (experiment === null) throw unknownExperiment(id);
  if (json) printJson(experiment);
  else process.stdout.write(`${progressLines(progressOf(experiment)).join("\n")}\n`);
  return exitCodes.ok;
}

async function showAll({ apiUrl, json }: VerbContext): Promise<number> {
  const [{ server, workerNodes }, { experiments }] = await Promise.all([
    request(apiUrl, ServerDocument, {}),
    request(apiUrl, ExperimentsDocument, { first: SHOWN, filter: null }),
  ]);
  const { nodes, totalCount } = experiments;
  if (json) {
    printJson({ apiUrl, server, workerNodes, experiments: nodes, totalCount });
    return exitCodes.ok;
  }
  const alive = workerNodes.filter(({ isAlive }) => isAlive);
  const lines = [
    `Gradus ${server.version} at ${apiUrl}, ${alive.length} of ${workerNodes.length} worker nodes alive`,
    ...alive.flatMap(({ id, sandbox }) => (sandbox === null ? [] : [`  node ${id}: ${sandboxLine(sandbox)}`])),
    ...nodes.map(({ id, status, cause, runs }) => {
      const [done, all] = [sum(runs.map(({ stepsDone }) => stepsDone)), sum(runs.map(({ totalSteps }) => totalSteps))];
      return `  ${id}  ${coloured(status)}  ${runs.length} runs, ${done}/${all} steps${cause ? `, ${cause}` : ""}`;
    }),
    ...(nodes.length === 0 ? ["  no experiments yet: gradus run examples/quickstart.yaml"] : []),
    ...(totalCount > nodes.length ? [`  and ${totalCount - nodes.length} older ones`] : []),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  return exitCodes.ok;
}

type SandboxReport = NonNullable<ServerQuery["workerNodes"][number]["sandbox"]>;

function sandboxLine({
  backend,
  slots,
  running,
  utilisation,
  queueWaitMs,
  sandboxErrors,
  errorRate,
  leakedProcesses,
}: SandboxReport): string {
  const wait = queueWaitMs === null ? "" : `, wait ${Math.round(queueWaitMs)} ms`;
  const broken = sandboxErrors === 0 ? "" : `, ${sandboxErrors} machine failures (${((errorRate ?? 0) * 100).toFixed(1)} %)`;
  const leaked = leakedProcesses === 0 ? "" : `, ${leakedProcesses} leaked processes`;
  return `${backend} ${running}/${slots} slots, ${Math.round(100 * utilisation)} % used${wait}${broken}${leaked}`;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
