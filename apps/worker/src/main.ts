// Owns: the worker process: reading its surroundings, making its parts, joining Temporal, leaving in order. Must not know: what stages do.
// Prints `{"ready":true,...}` on standard output once it takes work; logs go to standard error.
import { readFileSync } from "node:fs";
import { availableParallelism, hostname } from "node:os";
import { parseArgs } from "node:util";
import { parseLabels, PolicyEngineName } from "@gradus/domain";
import type { NodeRole } from "@gradus/domain";
import { temporalAccess } from "@gradus/domain/temporal-access";
import { tracesAreAsked } from "@gradus/domain/span-telling";
import { EngineHost } from "./policy/engine-host.ts";
import { createEmbeddedEngine } from "./policy/embedded/embedded-engine.ts";
import type { ExecutionProvider } from "./policy/embedded/graph-session.ts";
import type { PolicyEngine } from "./policy/policy-engine.ts";
import { connectTinker } from "./policy/tinker/connect-tinker.ts";
import type { ConnectTinkerOptions } from "./policy/tinker/connect-tinker.ts";
import { tokenizerOf } from "./policy/tinker/folder-tokenizer.ts";
import { hasTokenizer, readTokenizer } from "./policy/tinker/read-tokenizer.ts";
import { joinApi } from "./remote/join-api.ts";
import type { NodeParts } from "./roles.ts";
import { takeModelKeys } from "./teacher/openai-model.ts";
import { createSandbox } from "./sandbox/create-sandbox.ts";
import { sandboxOptions } from "./sandbox/sandbox-options.ts";
import { startSkyrl } from "./skyrl/skyrl-process.ts";
import { skyrlSettings } from "./skyrl/skyrl-settings.ts";
import { tendSkyrl } from "./skyrl/tend-skyrl.ts";
import type { TendedServer } from "./skyrl/tend-skyrl.ts";
import { runNode } from "./worker.ts";

const USAGE = `gradus worker: takes stages of training runs.

  --role all|control|policy|sandbox   what it does (default all; several with commas)
  --node NAME                         stable name of this node (default: the host's name)
  --engine embedded|tinker            where its policies' weights are: here (default), or behind the server at GRADUS_TINKER_URL;
                                      it serves experiments with that policy.engine alone
  --labels NAME=VALUE,...             what runs may ask of their node (policy.placement of an experiment), such as gpu=h100,mem=80
  --capacity N                        runs that it holds at a time (default: as many as come); they take turns on its engines
  --skyrl                             with --engine tinker: keep a SkyRL server on this machine, started again when it ends, and use it. GRADUS_SKYRL_PYTHON (of an
                                      environment with skyrl and uv), GRADUS_SKYRL_MODEL and GRADUS_SKYRL_FOLDER (checkpoints, log) are needed; GRADUS_SKYRL_PORT (8200),
                                      GRADUS_SKYRL_BACKEND (jax, or fsdp and megatron on Ray) and GRADUS_SKYRL_CONFIG (its JSON) may be given

SIGTERM or SIGINT stops it in order: what is under way goes on elsewhere. With GRADUS_DRAIN_SECONDS it first lets its runs finish their step and move to
other nodes, for so long at most; a second signal ends that.

Environment: TEMPORAL_ADDRESS (required), TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS (true), TEMPORAL_TLS_SERVER_CA_CERT_PATH,
TEMPORAL_TLS_SERVER_NAME, TEMPORAL_TLS_CLIENT_CERT_PATH with TEMPORAL_TLS_CLIENT_KEY_PATH; DATABASE_URL and GRADUS_BLOBS (a folder or s3://bucket/prefix), or for a node of the
policy and sandbox roles without the database GRADUS_API_URL and GRADUS_NODE_KEY (the API's); GRADUS_POLICY_SLOTS, GRADUS_SANDBOX_SLOTS,
GRADUS_SANDBOX_BACKEND (auto, bubblewrap, pyodide, or sandboxfusion with the service's address in GRADUS_SANDBOX_URL),
GRADUS_MODULES (folders, parted as in PATH, from which users' own samplers, gates, rewards and environments may be loaded; none without it),
GRADUS_ROLLOUTS_AT_ONCE (rollouts made durable at a time: fewer lose less to a crash, more sample faster), GRADUS_POLICY_PROVIDER (cpu, webgpu or
cuda), GRADUS_TINKER_URL and GRADUS_TINKER_KEY (a server of the Tinker API, such as 'gradus engine serve' or SkyRL, and its key); for a server that is not ours
GRADUS_TINKER_TOKENIZER (a folder with the model's tokenizer.json and tokenizer_config.json, or sha256:<hash> of one that 'gradus engine tokenizer' stored; default
with --skyrl: the model's own folder), GRADUS_TINKER_RANK (of LoRA, default 32), GRADUS_TINKER_CONTEXT (tokens, default what the server says, or 4096) and GRADUS_TINKER_LOSS (sequence-mean as in SkyRL, the default, or sum as in hosted Tinker); GRADUS_BLOB_RETENTION_HOURS (how long a blob that nothing points at stays, default 24, or off),
GRADUS_MODEL_KEY_<NAME> with GRADUS_MODEL_URL_<NAME> (the key of a model server for syntheses, and the one address that it is sent to);
OTEL_EXPORTER_OTLP_ENDPOINT (a collector of traces, with OpenTelemetry's other variables: docs/operations.md).

Examples
  gradus worker --role all
  gradus worker --role sandbox --node sandbox-2
  gradus worker --role policy --node gpu-1 --engine tinker --labels gpu=h100,mem=80`;

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
if (roles.length === 0) fail(`--role ${values.role}: expected all, control, policy or sandbox`);

const required = (name: string): string => process.env[name] ?? fail(`${name} is not set; 'gradus up' sets it for the workers it starts`);
const wholeNumber = (name: string, text: string): number => {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : fail(`${name}: expected a whole number above 0, got ${text}`);
};
const count = (name: string, otherwise: number): number => wholeNumber(name, process.env[name] ?? String(otherwise));
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
const policyEngine = PolicyEngineName.safeParse(values.engine).data ?? fail(`--engine ${values.engine}: expected embedded or tinker`);
if (values.skyrl && policyEngine !== "tinker") fail("--skyrl needs --engine tinker");
const skyrl = values.skyrl ? await keepSkyrl() : null;
const openEngine = engineOpener(policyEngine);
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
const host = once(async () => new EngineHost(await Promise.all(Array.from({ length: slots("GRADUS_POLICY_SLOTS") }, openEngine)), blobs));
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
    policyEngine,
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
      engine: policyEngine,
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
  await skyrl?.stop();
  await database?.close();
  // Tolerates a collector that is away: no work hangs on a span.
  await tracing?.close().catch((error: unknown) => console.error(`the last spans are lost: ${String(error)}`));
}
process.exit(0);

function tellSkyrl(what: string, error?: unknown): void {
  console.error(JSON.stringify({ skyrl: what, ...(error instanceof Error && { error: error.message }) }));
}

/** A server of this node's own; its first start is waited for, its later ones are told on standard error. */
async function keepSkyrl(): Promise<TendedServer> {
  try {
    const settings = skyrlSettings(process.env);
    return await tendSkyrl(() => startSkyrl(settings), { onEvent: tellSkyrl });
  } catch (error) {
    // A node whose engine does not start at all is not a node.
    return fail(error instanceof Error ? error.message : String(error));
  }
}

/** What flags and variables say. One that says what it cannot mean is an error at start. */
function inWords<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    // Only what the reader finds wrong, in its own words.
    return fail(error instanceof Error ? error.message : String(error));
  }
}

/** How this node comes by an engine. The key is read now, before it leaves the environment. */
function engineOpener(kind: PolicyEngineName): () => Promise<PolicyEngine> {
  if (kind === "embedded") return () => createEmbeddedEngine({ provider: policyProvider() });
  const url = skyrl?.url ?? required("GRADUS_TINKER_URL");
  const key = process.env["GRADUS_TINKER_KEY"];
  const tokenizer = tokenizerNamed(process.env["GRADUS_TINKER_TOKENIZER"] || tokenizerBesideWeights());
  const rank = count("GRADUS_TINKER_RANK", 32);
  const lossReduction = process.env["GRADUS_TINKER_LOSS"] ?? "sequence-mean";
  if (lossReduction !== "sum" && lossReduction !== "sequence-mean")
    return fail(`GRADUS_TINKER_LOSS: expected sum or sequence-mean, got ${lossReduction}`);
  const context = process.env["GRADUS_TINKER_CONTEXT"] === undefined ? {} : { contextTokens: count("GRADUS_TINKER_CONTEXT", 0) };
  return () => connectTinker({ url, ...(key === undefined ? {} : { key }), tokenizer, rank, lossReduction, ...context });
}

/** Read once for all engines of the node, and only where the server is not ours. */
function tokenizerNamed(named: string | undefined): ConnectTinkerOptions["tokenizer"] {
  return named === undefined ? undefined : once(async () => tokenizerOf(await readTokenizer(named, blobs), named)).get;
}

/** A SkyRL of the node's own has its model here, more often than not with its tokenizer. */
function tokenizerBesideWeights(): string | undefined {
  const model = values.skyrl ? process.env["GRADUS_SKYRL_MODEL"] : undefined;
  return model !== undefined && hasTokenizer(model) ? model : undefined;
}

/** Where this node's engines compute. A provider that is not there is an error at start, never another one. */
function policyProvider(): ExecutionProvider {
  const provider = process.env["GRADUS_POLICY_PROVIDER"] ?? "cpu";
  if (provider === "cpu" || provider === "webgpu" || provider === "cuda") return provider;
  return fail(`GRADUS_POLICY_PROVIDER: expected cpu, webgpu or cuda, got ${provider}`);
}

/** Makes a thing when it is first asked for. */
function once<Thing>(make: () => Promise<Thing>): { get(): Promise<Thing>; made(): Promise<Thing> | undefined } {
  let thing: Promise<Thing> | undefined;
  return { get: () => (thing ??= make()), made: () => thing };
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
