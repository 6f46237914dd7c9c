// Owns: which tests belong to which run. unit: no servers; workflow, integration, e2e: real servers; long: more than minutes; soak: more than ten.
import { defineConfig } from "vitest/config";

// The bundler would load graphql's ES build beside the one that Node gives to our libraries, and two copies refuse each other's schemas.
const resolve = { alias: [{ find: /^graphql$/, replacement: "graphql/index.js" }] };

// Unit tests start no server; the others first make sure that there is a Temporal, which may have to be built.
const project = (name: string, timeoutMs: number, parallel = false) => ({
  resolve,
  test: {
    name,
    globalSetup: name === "unit" ? [] : ["tests/testkit/prepare-temporal.ts"],
    include: [`tests/${name}/**/*.test.ts`],
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    fileParallelism: parallel,
    maxWorkers: parallel ? 2 : 1,
  },
});

export default defineConfig({
  test: {
    projects: [
      project("unit", 60_000, true),
      project("workflow", 180_000),
      project("integration", 180_000),
      project("e2e", 600_000),
      project("long", 1_800_000),
      project("soak", 3_600_000),
      // Other people's programs in Python, installed on first use: tests/testkit/tinker.
      project("tinker", 1_200_000),
    ],
  },
});
