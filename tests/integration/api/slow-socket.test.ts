import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { setRunStatus } from "@gradus/prisma/training/run-store";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { createSample } from "../../testkit/api/sample-experiment.ts";
import { startTestApi } from "../../testkit/api/test-api.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";

test("a socket that leaves more than its budget unread is closed with 1013, and goes on from its cursor when it comes back", async () => {
  await using world = await startDatabaseWorld();
  const api = await startTestApi(world.database, { slow: { bytes: 1_000_000, ms: 200 } });
  const { runIds } = await createSample(world.database, "slow");
  const [runId = ""] = runIds;
  await setRunStatus(world.database.sql, runId, "PAUSED", "x".repeat(500_000));

  const open = async (): Promise<WebSocket> => {
    const socket = new WebSocket(`${api.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
    await once(socket, "open");
    socket.send(JSON.stringify({ type: "connection_init" }));
    await once(socket, "message");
    return socket;
  };
  const subscribe = (socket: WebSocket, id: string): void =>
    socket.send(
      JSON.stringify({
        id,
        type: "subscribe",
        payload: { query: `subscription { runEvents(runId: "${runId}") { cursor position event { ... on StatusChanged { cause } } } }` },
      }),
    );

  const slow = await open();
  slow.pause();
  // More than the kernel's buffers hold, so that the rest waits in the server.
  for (let at = 0; at < 60; at++) subscribe(slow, String(at));
  while (!api.logged.some((line) => line.includes("a slow socket was closed"))) await setTimeout(50);
  const closed = once(slow, "close");
  slow.resume();
  expect((await closed)[0]).toBe(1013);

  const again = await open();
  subscribe(again, "again");
  const [message] = (await once(again, "message")) as [Buffer];
  expect(JSON.parse(String(message))).toMatchObject({ type: "next", id: "again", payload: { data: { runEvents: { position: 1 } } } });
  again.close();
  await api.close();
});
