// Owns: `gradus engine serve` as a process of its own in a world, whose saved weights outlive it. Must not know: what trains on it.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startApp } from "@gradus/cli/up/start-app";
import type { RunningApp } from "@gradus/cli/up/start-app";
import { encodeSaved } from "@gradus/worker/policy/tinker/saved-weights";
import { Mortal } from "../chaos.ts";
import { readWarmStart } from "../planted-experiment.ts";
import type { World } from "../world.ts";

const KEY = "tml-a-secret-of-this-test-alone";

export interface EngineServerProcess {
  readonly server: Mortal;
  /** What a policy node needs to find it. */
  readonly env: Readonly<Record<string, string>>;
  /** A checkpoint that names the quickstart's weights, which lie in the server's folder. */
  readonly warmStart: Uint8Array;
}

/** Ends with the process that started it; killed, it comes back at the same address and folder. */
export async function startEngineServer({ home }: Pick<World, "home">): Promise<EngineServerProcess> {
  const folder = join(home, "engine-weights");
  await mkdir(join(folder, "quickstart", "weights"), { recursive: true });
  await writeFile(join(folder, "quickstart", "weights", "warm-start.safetensors"), await readWarmStart());
  let port = "0";
  const start = async (): Promise<RunningApp> => {
    const app = await startApp({
      name: "engine server",
      entry: fileURLToPath(new URL("../../../apps/cli/src/main.ts", import.meta.url)),
      args: ["engine", "serve", "--json", "--port", port, "--folder", folder],
      env: { NO_COLOR: "1", GRADUS_HOME: home, GRADUS_ENGINE_KEY: KEY },
      logFile: join(home, "logs", "engine-server.log"),
      readyMs: 60_000,
      graceMs: 10_000,
    });
    port = new URL(String(app.ready["url"])).port;
    return app;
  };
  const server = await Mortal.start(start);
  return {
    server,
    env: { GRADUS_TINKER_URL: String(server.app.ready["url"]), GRADUS_TINKER_KEY: KEY },
    warmStart: encodeSaved({ baseModel: "gradus/quickstart", rank: 32, path: "tinker://quickstart/weights/warm-start" }),
  };
}
