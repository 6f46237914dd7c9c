// Owns: an embedded engine behind our own Tinker server on a free port, in a folder of its own, for tests. Must not know: tests.
import { mkdtemp, rm } from "node:fs/promises";
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
