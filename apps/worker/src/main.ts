// Owns: the worker process: reading its surroundings, making its parts, joining Temporal, leaving in order. Must not know: what stages do.
// Prints `{"ready":true,...}` on standard output once it takes work; logs go to standard error.
import { readFileSync } from "node:fs";
import { availableParallelism, hostname } from "node:os";
import { parseArgs } from "node:util";
import { parseLabels } from "@gradus/domain";
import type { NodeRole } from "@gradus/domain";
import { temporalAccess } from "@gradus/domain/temporal-access";
import { tracesAreAsked } from "@gradus/domain/span-telling";
import { once } from "./once.ts";
import { EngineHost } from "./policy/engine-host.ts";
import { engineOpener } from "./policy/engine-opener.ts";
import { joinApi } from "./remote/join-api.ts";
import type { NodeParts } from "./roles.ts";
import { takeModelKeys } from "./teacher/openai-model.ts";
import { createSandbox } from "./sandbox/create-sandbox.ts";
import { sandboxOptions } from "./sandbox/sandbox-options.ts";
import { count, fail, inWords, required, wholeNumber } from "./settings.ts";
import { USAGE } from "./usage.ts";
import { runNode } from "./worker.ts";

const { values } = parseArgs({
  options: {
    role: { type: "string", default: "all" },
    node: { type: "string" },
    engine: { type: "string", default: "embedded" },
    labels: { type: "string", default: "" },
    capacity: { type: "string" },
    skyrl: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}

const ROLES: readonly NodeRole[] = ["CONTROL", "POLICY", "SANDBOX"];
const asked = values.role.toUpperCase().split(",");
const roles = asked.includes("ALL") ? ROLES : ROLES.filter((role) => asked.includes(role));
if (asked.some((role) => role !== "ALL" && !ROLES.some((known) => known === role)))
  fail(`--role ${values.role}: expected all, control, policy or sandbox`);

const slots = (name: string): number => count(name, availableParallelism());
/** May carry the key of a collector; read when tracing starts. */
const TRACE_KEYS = ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"];
/** One batch shape of the embedded engine. */
const ROLLOUTS_AT_ONCE = 64;

const stop = new AbortController();
const stopNow = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => (stop.signal.aborted ? stopNow : stop).abort());

const nodeId = values.node ?? hostname();
const databaseUrl = process.env["DATABASE_URL"] || null;
const apiUrl = process.env["GRADUS_API_URL"] || null;
if (databaseUrl === null && roles.includes("CONTROL")) fail("DATABASE_URL is not set, and the control role needs the database");
if (databaseUrl === null && apiUrl === null)
  fail("neither DATABASE_URL nor GRADUS_API_URL is set: a node works with the database, or through the API");
// Loaded only where it is needed: a node that works through the API never sees the database's code.
const control = databaseUrl === null ? null : await import("./control/join-control.ts");
const tracing = tracesAreAsked(process.env) ? (await import("./tracing.ts")).startTracing(nodeId) : null;
const database = control === null || databaseUrl === null ? null : await control.openControlDatabase(databaseUrl, tracing !== null);
const { sink, blobs } =
  control === null || database === null
    ? joinApi(apiUrl ?? "", process.env["GRADUS_NODE_KEY"], tracing?.headers)
    : control.joinDatabase(database, required("GRADUS_BLOBS"), process.env);
const labels = inWords(() => parseLabels(values.labels));
const runCapacity = values.capacity === undefined ? null : wholeNumber("--capacity", values.capacity);
const drainSeconds = Number(process.env["GRADUS_DRAIN_SECONDS"] || 0);
if (!(drainSeconds >= 0 && drainSeconds <= 86_400))
  fail(`GRADUS_DRAIN_SECONDS: expected seconds from 0 to 86400, got ${process.env["GRADUS_DRAIN_SECONDS"]}`);
const temporal = inWords(() => temporalAccess(process.env, (path) => readFileSync(path)));
const opener = await engineOpener(values, blobs);
const modelKeys = inWords(() => takeModelKeys(process.env));
// No child process of this node has any use for them.
for (const secret of [
  "GRADUS_NODE_KEY",
  "GRADUS_TINKER_KEY",
  "TEMPORAL_API_KEY",
  "DATABASE_URL",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  ...TRACE_KEYS,
])
  delete process.env[secret];

const sandbox = once(() => createSandbox(inWords(() => sandboxOptions(process.env))));
const host = once(async () => new EngineHost(await Promise.all(Array.from({ length: slots("GRADUS_POLICY_SLOTS") }, opener.open)), blobs));
const parts: NodeParts = {
  sink,
  blobs,
  sandbox: sandbox.get,
  host: host.get,
  rolloutsAtOnce: count("GRADUS_ROLLOUTS_AT_ONCE", ROLLOUTS_AT_ONCE),
};

// Made ahead and beside each other where the role is played, so that the first step waits for none of them.
const capabilities: Record<string, string | number | boolean> = { cpus: availableParallelism() };
const [madeSandbox, madeHost, workflowBundle] = await Promise.all([
  roles.includes("SANDBOX") ? sandbox.get() : null,
  roles.includes("POLICY") ? host.get() : null,
  control !== null && roles.includes("CONTROL") ? control.workflowBundle(process.env["GRADUS_WORKFLOW_BUNDLE"], tracing !== null) : null,
]);
if (madeSandbox !== null) Object.assign(capabilities, { sandbox: madeSandbox.backend, sandboxSlots: madeSandbox.slots });
const [engine] = madeHost?.engines ?? [];
if (engine !== undefined) {
  const { engine: name, runtime, threads, baseModel, tokenizer } = engine.capabilities;
  Object.assign(capabilities, {
    ...(baseModel !== undefined && { baseModel }),
    ...(tokenizer !== undefined && { tokenizer }),
    ...(runCapacity !== null && { runCapacity }),
    policyEngine: opener.name,
    engine: name,
    engineRuntime: runtime,
    engineThreads: threads,
    policySlots: slots("GRADUS_POLICY_SLOTS"),
  });
}

try {
  const steering =
    control !== null && database !== null && workflowBundle !== null
      ? {
          workflowBundle,
          activities: control.controlActivities({ database, sink, sandbox: sandbox.get, modelKeys, nodeId }),
        }
      : null;
  if (steering !== null && control !== null && database !== null)
    control.collectRegularly(database, required("GRADUS_BLOBS"), process.env["GRADUS_BLOB_RETENTION_HOURS"]);
  await runNode(
    {
      temporal,
      nodeId,
      roles,
      engine: opener.name,
      labels,
      capabilities,
      drainMs: drainSeconds * 1_000,
      ...(tracing === null ? {} : { tracing: tracing.worker }),
      ...(steering === null ? {} : { control: steering }),
    },
    parts,
    { stop: stop.signal, now: stopNow.signal },
    () => console.log(JSON.stringify({ ready: true, nodeId, roles })),
  );
} finally {
  await Promise.all([sandbox.made()?.then((made) => made.close()), host.made()?.then((made) => made.close())]);
  await opener.stop();
  await database?.close();
  // Tolerates a collector that is away: no work hangs on a span.
  await tracing?.close().catch((error: unknown) => console.error(`the last spans are lost: ${String(error)}`));
}
process.exit(0);
