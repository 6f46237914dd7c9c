import { execFile } from "node:child_process";
import { request } from "node:http";
import { promisify } from "node:util";
import { setTimeout as after } from "node:timers/promises";
import { inRun } from "@gradus/prisma/training/run-transaction";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSample } from "../../testkit/api/sample-experiment.ts";
import { eventsOf, openStream } from "../../testkit/api/sse.ts";
import { connect, collect, startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

const ADMIN = "an-admin-key-of-tests-0123456789";
let world: DatabaseWorld;
let api: TestApi;
let runId: string;

beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startTestApi(world.database);
  [runId = ""] = (await createSample(world.database, "sse")).runIds;
});
afterAll(async () => {
  await api.close();
  await world.close();
});

const EVENTS =
  "subscription ($id: ID!, $after: Cursor) { runEvents(runId: $id, after: $after) { cursor position event { ... on StepsChanged { totalSteps } } } }";
const write = (totalSteps: number) =>
  inRun(world.database.sql, runId, null, async (_tx, emit) => emit({ type: "STEPS_CHANGED", totalSteps }));

test("events come over SSE as backlog and live, with the cursors that a socket gives, and go on after one of them", async () => {
  for (let at = 1; at <= 3; at++) await write(at);
  const response = await openStream(api.url, EVENTS, { id: runId });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  const seen = [];
  for await (const { event, data } of eventsOf(response)) {
    expect(event).toBe("next");
    seen.push(data.data.runEvents);
    if (seen.length === 3) await write(4);
    if (seen.length === 4) break;
  }
  expect(seen.map(({ position }) => position)).toEqual([1, 2, 3, 4]);
  const client = connect(api.url);
  const sockets = await collect<{ cursor: string }>(client, EVENTS, { id: runId }, (items) => items.length === 4);
  expect(seen.map(({ cursor }) => cursor)).toEqual(sockets.map(({ cursor }) => cursor));
  await client.dispose();
  for await (const { data } of eventsOf(await openStream(api.url, EVENTS, { id: runId, after: seen[1].cursor }))) {
    expect(data.data.runEvents.position).toBe(3);
    break;
  }
});

test("curl follows a run by the line that the docs show", async () => {
  const query = `subscription { runEvents(runId: "${runId}") { position } }`;
  const { stdout } = await promisify(execFile)("curl", [
    "-sN",
    "--max-time",
    "2",
    "-H",
    "accept: text/event-stream",
    "--get",
    `${api.url}/graphql/stream`,
    "--data-urlencode",
    `query=${query}`,
  ]).catch((error: { stdout: string }) => error);
  expect(stdout.match(/"position":\d/g)).toEqual(['"position":1', '"position":2', '"position":3', '"position":4']);
});

test("a stream is refused for another Host or Origin, a query, a mutation, a wrong document, a foreign cursor", async () => {
  const status = (headers: Record<string, string>): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const path = `/graphql/stream?query=${encodeURIComponent(`subscription { runEvents(runId: "${runId}") { position } }`)}`;
      const asked = request(`${api.url}${path}`, { headers: { accept: "text/event-stream", ...headers } }, (response) => {
        resolve(response.statusCode);
        response.destroy();
      });
      asked.once("error", reject).end();
    });
  expect(await status({})).toBe(200);
  expect(await status({ host: "evil.example" })).toBe(403);
  expect(await status({ origin: "https://evil.example" })).toBe(403);
  expect(await status({ "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" })).toBe(403);
  expect((await openStream(api.url, "{ server { version } }")).status).toBe(405);
  expect((await openStream(api.url, `mutation { pauseRun(id: "${runId}") { ok } }`)).status).toBe(405);
  expect(api.control.asked).toEqual([]);
  const wrong = await openStream(api.url, "subscription { nothing }");
  expect([wrong.status, await wrong.json()]).toMatchObject([400, { errors: [{ extensions: { code: "GRAPHQL_VALIDATION_FAILED" } }] }]);
  for await (const { data } of eventsOf(await openStream(api.url, EVENTS, { id: runId, after: "bogus" }))) {
    expect(data.errors[0].extensions.code).toBe("BAD_USER_INPUT");
    break;
  }
});

const bearer = (text: string) => ({ headers: { authorization: `Bearer ${text}` } });

test("where keys are asked for, a stream needs one, of its project, and ends within seconds when the key does", async () => {
  await using locked = await lockedApi();
  expect((await openStream(locked.url, EVENTS, { id: runId })).status).toBe(401);
  const key = async (project: string | null) => {
    const response = await fetch(`${locked.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${ADMIN}` },
      body: JSON.stringify({
        query: 'mutation ($project: ID) { createApiKey(input: { name: "stream", project: $project }) { key { id } text } }',
        variables: { project },
      }),
    });
    const { data } = (await response.json()) as { data: { createApiKey: { key: { id: string }; text: string } } };
    return data.createApiKey;
  };
  await world.database.prisma.project.create({ data: { id: "elsewhere", name: "elsewhere" } });
  const foreign = await key("elsewhere");
  for await (const { data } of eventsOf(await openStream(locked.url, EVENTS, { id: runId }, bearer(foreign.text)))) {
    expect(data.errors[0].extensions.code).toBe("FORBIDDEN");
    break;
  }
  const own = await key("default");
  const stream = eventsOf(await openStream(locked.url, EVENTS, { id: runId }, bearer(own.text)));
  expect((await stream.next()).value?.data.data.runEvents.position).toBe(1);
  await world.database.sql`update "ApiKey" set "expiresAt" = now() - interval '1 second' where id = ${own.key.id}`;
  await expect(
    (async () => {
      for await (const _ of stream);
    })(),
  ).rejects.toThrow();
  expect((await openStream(locked.url, EVENTS, { id: runId }, bearer(own.text))).status).toBe(401);
});

test("a drain ends streams at once, without a complete: their clients come back", async () => {
  const draining = await startTestApi(world.database);
  const stream = eventsOf(await openStream(draining.url, EVENTS, { id: runId }));
  await stream.next();
  const seen: string[] = [];
  const following = expect(
    (async () => {
      for await (const { event } of stream) seen.push(event);
    })(),
  ).rejects.toThrow();
  await draining.close();
  await following;
  expect(seen).not.toContain("complete");
});

test("a stream that leaves what waits unread is ended, and goes on from its cursor; the process gathers nothing for it meanwhile", async () => {
  const { sql } = world.database;
  const tight = await startTestApi(world.database, { slow: { bytes: 1_000_000, ms: 300 } });
  const { runIds } = await createSample(world.database, "slow sse");
  const [slow = ""] = runIds;
  for (let at = 0; at < 60; at++)
    await inRun(sql, slow, null, async (_tx, emit) => emit({ type: "STATUS_CHANGED", status: "PAUSED", cause: "x".repeat(400_000) }));
  const QUERY =
    "subscription ($id: ID!, $after: Cursor) { runEvents(runId: $id, after: $after) { cursor position event { ... on StatusChanged { cause } } } }";
  const response = await openStream(tight.url, QUERY, { id: slow });
  const stream = eventsOf(response);
  const first = (await stream.next()).value;
  expect(first?.data.data.runEvents.position).toBe(1);
  while (!tight.logged.some((line) => line.includes("a slow stream was ended"))) await after(50);
  const unread = tight.logged.flatMap((line) => ("unreadBytes" in JSON.parse(line) ? [JSON.parse(line).unreadBytes as number] : []));
  expect(unread[0]).toBeLessThan(2_000_000);
  for await (const { data } of eventsOf(await openStream(tight.url, QUERY, { id: slow, after: first?.data.data.runEvents.cursor }))) {
    expect(data.data.runEvents.position).toBe(2);
    break;
  }
  await tight.close();
});

async function lockedApi(): Promise<TestApi & AsyncDisposable> {
  const locked = await startTestApi(world.database, { requireKeys: true, adminKey: ADMIN, recheckKeysMs: 100 });
  return { ...locked, [Symbol.asyncDispose]: () => locked.close() };
}
