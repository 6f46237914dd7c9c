// Owns: the commands, roles and environment of our own programs, which docker-compose.yml repeats (a test holds them together).
// Must not know: how programs are started.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { StartAppInput } from "./start-app.ts";

export interface AppProgramsInput {
  home: string;
  databaseUrl: string;
  temporalAddress: string;
  apiPort: number;
}

const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** Entry files, relative to the top of the checkout. */
export const appEntries = { api: "apps/api/src/main.ts", worker: "apps/worker/src/main.ts" } as const;

/** The roles a worker can have; `all` is every one of them in one process. */
export const workerRoles = ["control", "sandbox", "policy", "all"] as const;

/** How `gradus up` runs the API and the one worker of this machine. */
export function appPrograms({ home, databaseUrl, temporalAddress, apiPort }: AppProgramsInput): {
  api: StartAppInput;
  worker: StartAppInput;
} {
  const env = {
    GRADUS_HOME: home,
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    GRADUS_BLOBS: join(home, "blobs"),
    GRADUS_PORT: String(apiPort),
    GRADUS_API_URL: `http://127.0.0.1:${apiPort}`,
  };
  const program = (name: string, app: keyof typeof appEntries) => ({
    name,
    entry: join(root, appEntries[app]),
    env,
    logFile: join(home, "logs", `${app}.log`),
  });
  return {
    api: { ...program("API", "api"), readyMs: 120_000, graceMs: 10_000 },
    worker: {
      ...program("worker", "worker"),
      // Users' own modules lie beside their experiment files, which lie where they work.
      // Keys of the API are none of a worker's affair, nor of the modules that it loads: it works with the database.
      env: { ...env, GRADUS_MODULES: process.env["GRADUS_MODULES"] ?? process.cwd(), GRADUS_ADMIN_KEY: "", GRADUS_API_KEY: "" },
      args: ["--role", "all", "--node", "local"],
      readyMs: 300_000,
      graceMs: 30_000,
    },
  };
}
