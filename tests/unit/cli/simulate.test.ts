// Proves: which curricula a word on the command line means, and that their plot says what was drawn.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { readCurricula } from "@gradus/cli/experiment/read-curricula";
import { simulationCsv, simulationText } from "@gradus/cli/view/simulation-text";
import { resolveCurriculum } from "@gradus/domain/curriculum/presets";
import { paperPool, simulate } from "@gradus/domain/curriculum/simulation";

const folder = mkdtempSync(join(tmpdir(), "gradus-simulate-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

it("a preset, a file of one curriculum, and every arm of an experiment file", async () => {
  expect((await readCurricula("classic")).map(({ name }) => name)).toEqual(["classic"]);
  expect(await readCurricula("mopps")).toMatchObject([
    { name: "mopps", spec: { sampler: { kind: "mopps" }, gates: [{ kind: "zero-variance" }] } },
  ]);
  const [own] = await readCurricula(file("own.yaml", "sampler: { kind: sec, learningRate: 0.3 }\nrefill: {}\n"));
  expect(own!.spec).toMatchObject({ sampler: { kind: "sec", learningRate: 0.3 }, refill: { maxRounds: 10 } });
  const arms = await readCurricula(
    file("arms.yaml", "arms:\n  - { name: a, curriculum: soft }\n  - { name: b, curriculum: { sampler: { kind: dump } } }\n"),
  );
  expect(arms.map(({ name, spec }) => [name, spec.sampler.kind])).toEqual([
    ["a", "schedule"],
    ["b", "dump"],
  ]);
});

it("what is no curriculum is refused with its place", async () => {
  await expect(readCurricula("clasic")).rejects.toMatchObject({
    message: expect.stringContaining("classic-steps"),
    fields: [{ path: "clasic" }],
  });
  await expect(readCurricula("constructor")).rejects.toThrow("no curriculum is called 'constructor'");
  await expect(readCurricula("schedule")).rejects.toThrow(
    /the sampler 'schedule' has no default for .*stages.*: write \{ sampler: \{ kind: schedule, /,
  );
  const wrong = file("wrong.yaml", "arms:\n  - { name: a, curriculum: { sampler: { kind: sec, learningRate: 3 } } }\n");
  await expect(readCurricula(wrong)).rejects.toMatchObject({
    fields: [{ path: "arms.0.curriculum.sampler.learningRate", expected: "number to be <=1" }],
  });
  const own = file("own-module.yaml", "sampler: { kind: module, module: mine.ts }\n");
  await expect(readCurricula(own)).rejects.toMatchObject({ fields: [{ expected: expect.stringContaining("docs/own-modules.md") }] });
});

it("the plot has a line a bucket: full where it is drawn alone, empty where it is not", () => {
  const spec = resolveCurriculum("only-hard");
  const simulated = simulate({ spec, steps: 8, groupsPerStep: 2, groupSize: 4, seed: 1, problems: paperPool(64), windows: 8 });
  const text = simulationText("x", 8, simulated);
  expect(text).toContain("HARD         ████████  100% → 100%");
  expect(text).toContain("EASY                   0% → 0%");
  expect(text).toContain("rollouts a step 8.0 to 8.0");
  const csv = simulationCsv([{ name: "x", ...simulated }]).split("\r\n");
  expect(csv[0]).toBe("name,from_step,to_step,bucket,drawn,pass_rate,admitted,rollouts_per_step");
  expect(csv.filter((line) => line.startsWith("x,8,8,HARD,1,"))).toHaveLength(1);
  expect(csv.filter((line) => line.startsWith("x,8,8,EASY,0,"))).toHaveLength(1);
});
