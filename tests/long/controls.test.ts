// Owns: that the platform finds learning where there is some and none where the rewards are shuffled, over held-out problems, as a user would ask.
import { fileURLToPath } from "node:url";
import type { Comparison } from "@gradus/cli/view/comparison-text";
import { afterAll, beforeAll, expect, test } from "vitest";
import { gradus } from "../testkit/cli/gradus.ts";
import { startWorld } from "../testkit/world.ts";
import type { World } from "../testkit/world.ts";

const file = fileURLToPath(new URL("../../examples/controls.yaml", import.meta.url));

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

test("held-out pass@1 rises with rewards that tell right from wrong, and not with the same rewards shuffled", async () => {
  const [{ url }] = await Promise.all([world.startApi(), world.startWorker()]);
  const { code, stdout, stderr } = await gradus(["run", file, "--watch", "--json"], { GRADUS_API_URL: url });
  expect(code, stderr).toBe(0);
  const { comparison } = JSON.parse(stdout) as { readonly comparison: Comparison };
  const risen = Object.fromEntries(comparison.arms.map(({ arm, improvement }) => [arm.name, improvement]));
  for (const [arm, improvement] of Object.entries(risen)) console.log(`${arm}: ${improvement?.sentence}`);
  for (const improvement of Object.values(risen)) expect(improvement).toMatchObject({ seeds: 1, estimate: { n: 200 } });
  expect(risen["uniform"]?.estimate.low).toBeGreaterThan(0);
  expect(risen["shuffled"]?.estimate.low).toBeLessThanOrEqual(0);
});
