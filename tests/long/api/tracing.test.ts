// Owns: one trace from a caller's request through API, workflow and activity to SQL, over a real collector; and that nothing of it is loaded unless asked for.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Worker } from "@temporalio/worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import { experimentWorkflowId, trainingRunWorkflowId } from "@gradus/workflows";
import { workflowBundle } from "@gradus/worker/control/workflow-bundle";
import { eventsOf, openStream } from "../../testkit/api/sse.ts";
import { ask, connect, get } from "../../testkit/api/test-api.ts";
import { connectTemporal, plantExperiment } from "../../testkit/planted-experiment.ts";
import { receiveTraces } from "../../testkit/tracing/receive-traces.ts";
import type { ReceivedSpan, TraceReceiver } from "../../testkit/tracing/receive-traces.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

const tellLoads = new URL("../../testkit/tracing/tell-loads.ts", import.meta.url).href;
const nodeKey = "a-shared-secret-of-this-test-alone";
const CALLER = { trace: "0af7651916cd43dd8448eb211c80319c", span: "b7ad6b7169203331" };
const IN_PROBE = "what-a-caller-sent-as-a-variable";

let world: World;
let collector: TraceReceiver;
beforeAll(async () => {
  [world, collector] = await Promise.all([startWorld(), receiveTraces()]);
});
afterAll(async () => {
  await world.close();
  await collector[Symbol.asyncDispose]();
});

const loadsOf = (name: string) => ({
  NODE_OPTIONS: `--import ${tellLoads}`,
  GRADUS_TEST_LOADS: join(world.home, name),
});
const OF_TRACING = /@opentelemetry\/(sdk|exporter|otlp)|interceptors-opentelemetry|\/src\/tracing\.ts|statement-spans/;
const tracingIn = (name: string): string[] =>
  readFileSync(join(world.home, name), "utf8")
    .split("\n")
    .filter((url) => OF_TRACING.test(url));

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

test("one trace goes from a caller through API, workflows, activities and nodes to SQL; it tells names, and no values", async () => {
  const otel = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer of-the-collector",
    OTEL_BSP_SCHEDULE_DELAY: "200",
  };
  const api = await world.startApi({ ...otel, ...loadsOf("traced"), GRADUS_NODE_KEY: nodeKey });
  const nodes = await Promise.all([
    world.startWorker({ role: "control", node: "control-1", env: otel }),
    world.startWorker({ role: "policy,sandbox", node: "far-1", env: otel, through: { url: api.url, nodeKey } }),
  ]);
  const [runId = ""] = await plantExperiment(world, { id: "traced", training: { steps: 2 } });

  const traceparent = `00-${CALLER.trace}-${CALLER.span}-01`;
  const START = "mutation StartIt($id: ID!) { startExperiment(id: $id) { ok error { message } } }";
  const started = await ask(api.url, START, { id: "traced" }, { traceparent });
  expect(started).toEqual({ data: { startExperiment: { ok: true, error: null } } });
  await ask(api.url, "query Probe($id: ID!) { run(id: $id) { id } }", { id: IN_PROBE });
  const status = async () =>
    (await get(api.url, "query ($id: ID!) { experiment(id: $id) { status } }", { id: "traced" })).experiment.status;
  while ((await status()) !== "COMPLETED") await pause(200);

  const client = await connectTemporal(world.temporal.address);
  const bundles = [await workflowBundle(undefined, true), await workflowBundle()];
  for (const id of [experimentWorkflowId("traced"), trainingRunWorkflowId(runId)]) {
    const history = await client.workflow.getHandle(id).fetchHistory();
    // A run that began traced goes on where nothing is, and one that began without goes on traced (tests/workflow/replay.test.ts).
    for (const bundle of bundles) await Worker.runReplayHistory({ workflowBundle: bundle }, history);
  }
  await client.connection.close();
  // The last spans are sent at the end.
  for (const node of nodes) await node.stop();
  await api.stop();

  const trace = collector.spans.filter(({ traceId }) => traceId === CALLER.trace);
  const byId = new Map(trace.map((span) => [span.spanId, span]));
  const parentOf = (span: ReceivedSpan): ReceivedSpan | undefined => byId.get(span.parentSpanId);
  const roots = trace.filter((span) => parentOf(span) === undefined);
  expect(roots).toMatchObject([{ service: "gradus-api", name: "StartIt", parentSpanId: CALLER.span }]);

  /** Names from the request down to the span. */
  const wayTo = (span: ReceivedSpan): string[] => [
    ...((parent) => (parent === undefined ? [] : wayTo(parent)))(parentOf(span)),
    `${span.service} ${span.name}`,
  ];
  const sql = trace.filter(({ attributes }) => attributes["db.system.name"] === "postgresql");
  const near = sql.filter((span) => parentOf(span)?.name === "RunActivity:rewardRollouts");
  expect(near.length).toBeGreaterThan(0);
  expect(wayTo(near[0] as ReceivedSpan).slice(0, -1)).toEqual([
    "gradus-api StartIt",
    "gradus-api StartWorkflow:experiment",
    "gradus-worker RunWorkflow:experiment",
    "gradus-worker StartChildWorkflow:trainingRun",
    "gradus-worker RunWorkflow:trainingRun",
    "gradus-worker StartActivity:rewardRollouts",
    "gradus-worker RunActivity:rewardRollouts",
  ]);
  // A node without the database: its statements are the API's, in the same trace.
  const far = sql.filter((span) => wayTo(span).slice(-3, -1).join() === "gradus-worker RunActivity:executeRollouts,gradus-api POST /node");
  expect(far.length).toBeGreaterThan(0);
  expect(far[0]?.service).toBe("gradus-api");
  const texts = sql.map(({ attributes }) => String(attributes["db.query.text"]));
  expect(
    texts.some((text) => /"public"\."\w+"/.test(text) && text.includes("$1")),
    "a statement of Prisma's",
  ).toBe(true);
  expect(
    texts.some((text) => !text.includes('"public".') && text.includes("$1")),
    "a statement of our own",
  ).toBe(true);

  const told = collector.bodies.join("\n");
  expect(collector.spans.some(({ name }) => name === "Probe")).toBe(true);
  const rows = await world.database.sql<{ prompt: string; completion: string }[]>`
    select g.prompt, r.completion from "Group" g join "Rollout" r on r."groupId" = g.id where length(r.completion) > 20`;
  expect(rows.length).toBeGreaterThan(10);
  const password = new URL(world.databaseUrl).password;
  const secrets = [IN_PROBE, nodeKey, "of-the-collector", ...(password === "" ? [] : [password])];
  const hidden = [...secrets, ...rows.flatMap(({ prompt, completion }) => [prompt, completion])];
  expect(hidden.filter((one) => told.includes(inJson(one)))).toEqual([]);
  expect(new Set(collector.keys)).toEqual(new Set(["Bearer of-the-collector"]));
});

test("operations over sockets and streams: the beginning is a span of the caller's trace, each event one that is linked to it, unless the caller does not trace", async () => {
  const api = await world.startApi({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_BSP_SCHEDULE_DELAY: "100" });
  const CREATE_RUN = 'mutation { createRun(input: { experiment: "streamed", key: "k" }) { run { id } segment } }';
  const { run, segment } = (await get(api.url, CREATE_RUN)).createRun;
  const LOG = "mutation ($input: LogMetricsInput!) { logMetrics(input: $input) { ok } }";
  for (const step of [1, 2]) {
    const series = [{ name: "loss", steps: [step], values: [1], times: [1] }];
    await get(api.url, LOG, { input: { runId: run.id, batchId: String(step), segment, series } });
  }
  const ofSocket = { traceId: "11111111111111111111111111111111", parent: "2222222222222222" };
  const ofStream = { traceId: "33333333333333333333333333333333", parent: "4444444444444444" };
  const traceparent = ({ traceId, parent }: typeof ofSocket, sampled = true) => `00-${traceId}-${parent}-0${Number(sampled)}`;
  const FOLLOW = "subscription FollowIt($id: ID!) { metricPoints(runId: $id) { points { value } } }";
  const client = connect(api.url);
  const follow = async (query: string, variables: Record<string, unknown>, extensions: Record<string, unknown>, events: number) => {
    let count = 0;
    for await (const { errors } of client.iterate({ query, variables, extensions })) {
      expect(errors).toBeUndefined();
      if (++count === events) break;
    }
  };
  await follow(FOLLOW, { id: run.id }, { traceparent: traceparent(ofSocket) }, 2);
  await follow("query AskIt { projects { id } }", {}, { traceparent: traceparent(ofSocket) }, 1);
  await follow(FOLLOW.replace("FollowIt", "Untraced"), { id: run.id }, { traceparent: traceparent(ofSocket, false) }, 2);
  await client.dispose();
  const left = new AbortController();
  const headers = { traceparent: traceparent(ofStream) };
  const stream = await openStream(api.url, FOLLOW.replace("FollowIt", "StreamIt"), { id: run.id }, { headers, signal: left.signal });
  let count = 0;
  for await (const { event } of eventsOf(stream)) if (event === "next" && ++count === 2) break;
  left.abort();
  await api.stop();

  const named = (name: string) => collector.spans.filter((span) => span.name === name);
  for (const [name, protocol, of] of [
    ["FollowIt", "graphql-transport-ws", ofSocket],
    ["StreamIt", "graphql-sse", ofStream],
  ] as const) {
    const [beginning, ...more] = named(name);
    expect([beginning, more]).toMatchObject([
      {
        traceId: of.traceId,
        parentSpanId: of.parent,
        attributes: { "network.protocol.name": protocol, "graphql.operation.type": "subscription" },
      },
      [],
    ]);
    const events = named(`${name} event`);
    expect(events.length).toBeGreaterThanOrEqual(2);
    for (const event of events) {
      expect(event.parentSpanId).toBe("");
      expect(event.links).toMatchObject([{ traceId: of.traceId, spanId: beginning?.spanId }]);
    }
    expect(new Set(events.map(({ traceId }) => traceId)).size).toBe(events.length);
  }
  const [asked] = named("AskIt");
  expect(asked).toMatchObject({ traceId: ofSocket.traceId, parentSpanId: ofSocket.parent });
  expect(collector.spans.some(({ parentSpanId, attributes }) => parentSpanId === asked?.spanId && "db.query.text" in attributes)).toBe(
    true,
  );
  expect([...named("Untraced"), ...named("Untraced event")]).toEqual([]);
});

test("a collector that is away costs its spans, and neither an answer nor an orderly end", async () => {
  const away = await receiveTraces();
  await away[Symbol.asyncDispose]();
  const api = await world.startApi({ OTEL_EXPORTER_OTLP_ENDPOINT: away.endpoint, OTEL_BSP_SCHEDULE_DELAY: "50" });
  await get(api.url, "query Answered { projects { id } }");
  await api.stop();
  expect((await api.exited).code).toBe(0);
});

test("without an endpoint, or switched off, nothing of tracing is loaded", async () => {
  const count = collector.bodies.length;
  const [plain, off] = await Promise.all([
    world.startApi(loadsOf("plain")),
    world.startApi({ ...loadsOf("off"), OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_SDK_DISABLED: "true" }),
    world.startWorker({ node: "plain", env: loadsOf("plain-worker") }),
  ]);
  for (const { url } of [plain, off]) await get(url, "query Plain { projects { id } }");
  expect(tracingIn("plain")).toEqual([]);
  expect(tracingIn("off")).toEqual([]);
  expect(tracingIn("plain-worker")).toEqual([]);
  expect(tracingIn("traced").length, "what the other test's API loaded").toBeGreaterThan(10);
  expect(collector.bodies.length).toBe(count);
});
