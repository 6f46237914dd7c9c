// Every file of examples/gpu is an experiment that the API would take, and its dry run says what a step costs.
import { readdirSync, readFileSync } from "node:fs";
import { resolveExperiment } from "@gradus/api/commands/resolve-experiment";
import { stepTokensLines } from "@gradus/cli/view/step-tokens-text";
import { expect, test } from "vitest";

const folder = new URL("../../../examples/gpu/", import.meta.url);

test.each(readdirSync(folder))("%s is resolved, trains behind a Tinker server and asks for nothing that such a server refuses", (file) => {
  const {
    specification: { seeds },
    arms,
  } = resolveExperiment(readFileSync(new URL(file, folder), "utf8"));
  expect([seeds.length, arms.length]).toEqual([3, 3]);
  for (const { configuration: spec } of arms) {
    expect(spec.policy.engine).toBe("tinker");
    expect(spec.training.loss).toMatchObject({ klWeight: 0, entropyBonus: 0 });
    expect(spec.training.groupsPerStep * spec.training.groupSize).toBe(128);
  }
});

test.each(readdirSync(folder))(
  "the dry run of %s tells tokens, memory and seconds on each card that it names, in plain numbers, and what nobody can say",
  (file) => {
    const text = stepTokensLines(resolveExperiment(readFileSync(new URL(file, folder), "utf8")).specification).join("\n");
    expect(text).toMatch(/a step samples 128 completions of at most [\d,]+ tokens \([\d,]+ tokens\)/);
    expect(text).toMatch(/memory: Qwen\/Qwen3-\dB has [\d.]+ billion parameters, [\d.]+ GB in bfloat16/);
    expect(text).toMatch(/keys and values [\d.]+ GB a completion, [\d,]+ GB for all at a time/);
    for (const card of ["h100", "h200"])
      expect(text).toMatch(new RegExp(`seconds on one ${card}, .*sampling about [\\d,]+ s .*updating about [\\d,]+ s`));
    expect(text).toMatch(/not estimated: tokens of prompts/);
  },
);
