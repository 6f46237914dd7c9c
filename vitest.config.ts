// Owns: which tests belong to which run. unit: no servers; workflow, integration, e2e: real servers; long: more than minutes; soak: more than ten, or what a busy machine may upset.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";
import type { TestSpecification } from "vitest/node";

// The bundler would load graphql's ES build beside the one that Node gives to our libraries, and two copies refuse each other's schemas.
const resolve = { alias: [{ find: /^graphql$/, replacement: "graphql/index.js" }] };

const TEMPORAL = "tests/testkit/prepare-temporal.ts";
const DATABASE = "tests/testkit/prepare-database.ts";
const PAGE = "tests/testkit/web/prepare-page.ts";

// Tests start our programs hundreds of times: what Node has compiled once it reads again, half a second of a core less for each.
process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(new URL("node_modules/.cache/node-compiled", import.meta.url));

/**
 * The files that take longest, about longest first: begun in this order, none of them is left to run alone at the end. Beside one that computes begins one
 * that waits. What is not named here follows, a new file too, the bigger before the smaller.
 */
const LONGEST = [
  "long/policy/warm-start",
  "long/durability/twenty-kills",
  "long/durability/two-nodes",
  "long/curricula/strategies",
  "long/cli/quickstart",
  "long/curricula/self-play",
  "long/controls",
  "long/web/every-page",
  "long/policy/reverse-digits",
  "long/policy/memory",
  "long/policy/quickstart-problems",
  "long/sandbox/hostile-pyodide",
  "long/curricula/hooks",
  "long/durability/synthesis-kill",
  "long/nodes/remote-nodes",
  "long/durability/three-of-four",
  "e2e/web/dashboard",
  "e2e/chaos",
  "e2e/web/new-experiment",
  "e2e/placement",
  "e2e/fork-and-steer",
  "integration/cli/verbs",
  "integration/launcher/up",
].map((name) => `/tests/${name}.test.ts`);
for (const name of LONGEST)
  if (!existsSync(new URL(`.${name}`, import.meta.url))) throw new Error(`vitest.config.ts puts ${name} first, and it is nowhere`);

/** Where a file stands among them; all that are not named stand behind, as one. */
const placeOf = ({ moduleId }: TestSpecification): number => {
  const found = LONGEST.findIndex((name) => moduleId.endsWith(name));
  return found === -1 ? LONGEST.length : found;
};

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const inOrder = await super.sort(files);
    return inOrder.sort((one, other) => placeOf(one) - placeOf(other));
  }
}

/** Two files at once where tests wait more than they work, one where they load the machine. */
const project = (name: string, timeoutMs: number, filesAtOnce: 1 | 2, globalSetup: string[], isolate = true) => ({
  resolve,
  test: {
    name,
    isolate,
    globalSetup,
    include: [`tests/${name}/**/*.test.ts`],
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    maxWorkers: filesAtOnce,
  },
});

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      // No server, so nothing is prepared, and its files share two processes: most of what they took was to load the same modules again. The others
      // first make sure of a Temporal, which may have to be built.
      project("unit", 180_000, 2, [], false),
      project("workflow", 180_000, 2, [TEMPORAL]),
      project("integration", 180_000, 2, [TEMPORAL, DATABASE]),
      project("e2e", 600_000, 2, [TEMPORAL, DATABASE, PAGE]),
      project("long", 1_800_000, 2, [TEMPORAL, DATABASE, PAGE]),
      project("soak", 3_600_000, 1, [TEMPORAL, DATABASE]),
      // Other people's programs in Python, installed on first use: tests/testkit/tinker.
      project("tinker", 1_200_000, 1, [TEMPORAL, DATABASE]),
    ],
  },
});
