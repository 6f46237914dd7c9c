// Owns: what a person meets who starts Gradus for the first time.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { statusesOf } from "../../testkit/cli/shown-quickstart.ts";
import type { Shown } from "../../testkit/cli/shown-quickstart.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "gradus-quickstart-"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

test("npm start on an empty machine runs the experiment, compares its three curricula and ends with 0", async () => {
  const npm = spawn("npm", ["start", "--silent", "--", "--quick", "--exit", "--json"], {
    cwd: root,
    env: { ...process.env, GRADUS_HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, [code]] = await Promise.all([text(npm.stdout), text(npm.stderr), once(npm, "close")]);
  expect(code, stderr).toBe(0);
  const shown = JSON.parse(stdout) as Shown;
  expect(shown.comparison.arms.map(({ arm }) => arm.name)).toEqual(["uniform", "classic", "reverse-medium-start"]);
  expect(statusesOf(shown)).toEqual(Array.from({ length: 6 }, () => "COMPLETED"));
  for (const { improvement, metrics } of shown.comparison.arms) {
    expect(improvement).toMatchObject({ seeds: 2, estimate: { n: 100 } });
    expect(metrics.every(({ estimate }) => estimate.n === 2)).toBe(true);
  }
  expect(stderr).toMatch(/step 8\/8 {2}reward \d/);
});
