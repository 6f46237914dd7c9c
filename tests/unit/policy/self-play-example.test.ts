// Proves: that the example of self-play is an experiment that the API takes, and that its seeds can be had of the set that it names.
import { readFileSync } from "node:fs";
import { resolveExperiment } from "@gradus/api/commands/resolve-experiment";
import { selectProblems } from "@gradus/domain";
import type { Problem } from "@gradus/domain";
import { expect, test } from "vitest";

const example = (file: string): string => readFileSync(new URL(`../../../examples/${file}`, import.meta.url), "utf8");

test("the example of self-play resolves, and its set has the seeds that it asks for", () => {
  // As the client writes it, having stored the files.
  const source = example("self-play.yaml")
    .replace("file: paper/environments.jsonl", "set: environments")
    .replace("warmStart: self-play/warm-start.safetensors", `warmStart: sha256:${"0".repeat(64)}`);
  const { arms } = resolveExperiment(source);
  expect(arms.map(({ name, configuration: { curriculum } }) => [name, curriculum.proposals?.mix])).toEqual([
    ["azr", "max-new"],
    ["azr-half-new", "half-new"],
    ["seeds-alone", undefined],
  ]);
  const problems = example("paper/environments.jsonl")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Omit<Problem, "id">)
    .flatMap(({ split, contentHash: id, environment, passRate, origin: { teacher } }) =>
      split === "TRAIN" ? [{ id, environment, passRate: passRate!, teacher, seedKind: undefined }] : [],
    );
  expect(selectProblems(arms[0]!.select!, problems).problems).toHaveLength(30);
});
