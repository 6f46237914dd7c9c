import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { startTestApi } from "../../testkit/api/test-api.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;

beforeAll(async () => {
  world = await startDatabaseWorld();
});
afterAll(() => world.close());

const openSocket = async (url: string): Promise<WebSocket> => {
  const socket = new WebSocket(`${url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
  await once(socket, "open");
  return socket;
};

test("requests are counted by route, never by id, and sockets while they are open", async () => {
  const api = await startTestApi(world.database);
  const socket = await openSocket(api.url);
  await fetch(`${api.url}/healthz`);
  await fetch(`${api.url}/blobs/${"0".repeat(64)}`);
  await fetch(`${api.url}/blobs/${"1".repeat(64)}`);
  const text = await (await fetch(`${api.url}/metrics`)).text();
  expect(text).toContain('gradus_http_request_seconds_count{route="/healthz",method="GET",status="200"} 1');
  expect(text).toContain('gradus_http_request_seconds_count{route="/blobs",method="GET",status="404"} 2');
  expect(text).toContain("gradus_graphql_sockets 1");
  expect(text).toMatch(/^process_resident_memory_bytes \d+/m);
  socket.close();
  await once(socket, "close");
  await api.close();
});

test("the id that a client is told is the one in the log", async () => {
  const api = await startTestApi(world.database);
  const response = await fetch(`${api.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: "{ server { version } }" }),
  });
  const id = response.headers.get("x-request-id") ?? "none";
  await response.text();
  await api.close();
  const [line] = api.logged.map((text) => JSON.parse(text) as Record<string, unknown>).filter(({ requestId }) => requestId === id);
  expect(line).toMatchObject({ method: "POST", path: "/graphql", status: 200, msg: "answered" });
});

test("a server that ends tells its sockets to come back", async () => {
  const api = await startTestApi(world.database);
  const socket = await openSocket(api.url);
  const closed = once(socket, "close");
  await api.close();
  const [code, reason] = (await closed) as [number, Buffer];
  expect([code, String(reason)]).toEqual([1012, "SERVICE_RESTART"]);
});
