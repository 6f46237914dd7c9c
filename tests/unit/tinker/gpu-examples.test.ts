// Every file of examples/gpu is an experiment that the API would take.
import { readdirSync, readFileSync } from "node:fs";
import { resolveExperiment } from "@gradus/api/commands/resolve-experiment";
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
