// Owns: which tests belong to which run. unit: no servers; workflow, integration, e2e: real servers; long: more than minutes; soak: more than ten, or what a busy machine may upset.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// The bundler would load graphql's ES build beside the one that Node gives to our libraries, and two copies refuse each other's schemas.
const resolve = { alias: [{ find: /^graphql$/, replacement: "graphql/index.js" }] };

const TEMPORAL = "tests/testkit/prepare-temporal.ts";
const DATABASE = "tests/testkit/prepare-database.ts";
const PAGE = "tests/testkit/web/prepare-page.ts";

// Tests start our programs hundreds of times: what Node has compiled once it reads again, half a second of a core less for each.
process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(new URL("node_modules/.cache/node-compiled", import.meta.url));

/** Two files at once where tests wait more than they work, one where they load the machine. */
const project = (name: string, timeoutMs: number, filesAtOnce: 1 | 2, globalSetup: string[]) => ({
  resolve,
  test: {
    name,
    globalSetup,
    include: [`tests/${name}/**/*.test.ts`],
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    maxWorkers: filesAtOnce,
  },
});

export default defineConfig({
  test: {
    projects: [
      // No server, so nothing is prepared; the others first make sure of a Temporal, which may have to be built.
      project("unit", 60_000, 2, []),
      project("workflow", 180_000, 1, [TEMPORAL]),
      project("integration", 180_000, 2, [TEMPORAL, DATABASE]),
      project("e2e", 600_000, 2, [TEMPORAL, DATABASE, PAGE]),
      project("long", 1_800_000, 1, [TEMPORAL, DATABASE, PAGE]),
      project("soak", 3_600_000, 1, [TEMPORAL, DATABASE]),
      // Other people's programs in Python, installed on first use: tests/testkit/tinker.
      project("tinker", 1_200_000, 1, [TEMPORAL, DATABASE]),
    ],
  },
});
