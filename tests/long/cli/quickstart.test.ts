// Owns: what a person meets who starts Gradus for the first time, pulls the plug the next, and starts it again.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startGradus } from "../../testkit/cli/gradus.ts";
import { numbersOf, statusesOf } from "../../testkit/cli/shown-quickstart.ts";
import type { Shown } from "../../testkit/cli/shown-quickstart.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
let home: string;
/** What the first start showed. */
let undisturbed: unknown;

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
  undisturbed = numbersOf(shown);
});

const start = (...args: readonly string[]) => startGradus(["up", "--quick", "--json", ...args], { GRADUS_HOME: home });

test("a launcher that is killed in the middle goes on where it stopped, and a finished experiment is shown, not repeated", async () => {
  const killed = start("--exit", "--fresh");
  await killed.line(/seed \d: step 3\/8/);
  killed.kill("SIGKILL");
  await killed.ended;
  const [, id = ""] = /experiment (\S+) is started/.exec(killed.errorLines.join("\n")) ?? [];

  const second = await start("--exit").ended;
  expect(second.stderr).toContain(`experiment ${id} is unfinished: it goes on where it stopped`);
  expect(second.stderr).not.toMatch(/(uniform|classic) seed 1: step 1\/8/);
  expect(second.code, second.stderr).toBe(0);
  const shown = JSON.parse(second.stdout) as Shown;
  expect(shown.id).toBe(id);
  expect(statusesOf(shown)).toEqual(Array.from({ length: 6 }, () => "COMPLETED"));

  // The plug that was pulled shows in no number.
  expect(numbersOf(shown)).toEqual(undisturbed);

  const third = await start("--exit").ended;
  expect(third.stderr).toContain(`experiment ${id} is COMPLETED already`);
  expect({ code: third.code, shown: JSON.parse(third.stdout) as Shown }).toEqual({ code: 0, shown });
});
