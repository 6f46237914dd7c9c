// Owns: what a person meets who pulls the plug in the middle of the quickstart, and starts it again.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startGradus } from "../../testkit/cli/gradus.ts";
import { numbersOf, statusesOf } from "../../testkit/cli/shown-quickstart.ts";
import type { Shown } from "../../testkit/cli/shown-quickstart.ts";

let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "gradus-quickstart-"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const start = (...args: readonly string[]) => startGradus(["up", "--quick", "--json", ...args], { GRADUS_HOME: home });

test("a launcher that is killed in the middle goes on where it stopped, and a finished experiment is shown, not repeated", async () => {
  const undisturbed = numbersOf(JSON.parse((await start("--exit").ended).stdout) as Shown);

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
