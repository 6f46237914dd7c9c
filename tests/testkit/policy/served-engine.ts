// Owns: an embedded engine behind our own Tinker server on a free port, in a folder of its own, for tests. Must not know: tests.
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineServer } from "@gradus/worker/engine-server/engine-server";
import { serveEmbedded } from "@gradus/worker/engine-server/serve-embedded";

export const KEY = "tml-test-key";

export interface ServedEngine {
  readonly url: string;
  readonly folder: string;
  /** Ends engine and server and starts both anew at the same address and folder, as after a crash. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function openServedEngine(longPollMs = 200): Promise<ServedEngine> {
  const folder = await mkdtemp(join(tmpdir(), "gradus-engine-"));
  let port = 0;
  const start = (): Promise<EngineServer> => serveEmbedded({ folder, port, key: KEY, longPollMs });
  let running = await start();
  port = Number(new URL(running.url).port);
  return {
    url: running.url,
    folder,
    async restart() {
      await running.close();
      running = await start();
    },
    async close() {
      await running.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** In front of a server: passes everything on, but tells no gradient norm, as some servers do not. */
export async function openSilentServer(behind: string): Promise<{ readonly url: string } & AsyncDisposable> {
  const front = createServer(async (request, response) => {
    const body = await buffer(request);
    const headers = { "content-type": "application/json", "x-api-key": String(request.headers["x-api-key"]) };
    const answer = await fetch(`${behind}${request.url}`, { method: request.method ?? "GET", headers, ...(body.length > 0 && { body }) });
    response.writeHead(answer.status).end((await answer.text()).replace(/"grad_norm":[^,}]+,/, ""));
  }).listen(0, "127.0.0.1");
  await once(front, "listening");
  return {
    url: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      front.closeAllConnections();
      await new Promise((resolve) => front.close(resolve));
    },
  };
}
