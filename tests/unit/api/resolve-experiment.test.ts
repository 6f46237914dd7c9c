import { Refusal } from "@gradus/api/commands/refusal";
import { resolveExperiment } from "@gradus/api/commands/resolve-experiment";
import { describe, expect, test } from "vitest";

const arms = "arms: [{ name: a, curriculum: uniform }]";
const refusalOf = (source: string): Refusal => {
  try {
    resolveExperiment(source);
  } catch (error) {
    if (error instanceof Refusal) return error;
  }
  throw new Error("the experiment was not refused");
};
const paths = (source: string): readonly string[] => refusalOf(source).fields.map(({ path }) => path);

describe("an arm", () => {
  test("has the experiment's settings where it says nothing, and its own where it does, inside objects too", () => {
    const { arms: resolved } = resolveExperiment(`
name: x
seeds: [1]
training: { steps: 7, optimizer: { learningRate: 0.5 }, sampling: { temperature: 0.7 } }
evaluation: { every: 3 }
arms:
  - { name: a, curriculum: uniform }
  - { name: b, curriculum: classic, training: { groupSize: 4, optimizer: { beta1: 0.8 } }, evaluation: { samples: 9 } }`);
    expect(resolved[0]?.configuration.training).toMatchObject({ steps: 7, groupSize: 8, optimizer: { learningRate: 0.5, beta1: 0.9 } });
    expect(resolved[1]?.configuration.training).toMatchObject({
      steps: 7,
      groupSize: 4,
      optimizer: { learningRate: 0.5, beta1: 0.8 },
      sampling: { temperature: 0.7 },
    });
    expect(resolved[1]?.configuration.evaluation).toMatchObject({ every: 3, samples: 9 });
  });

  test("names its curriculum by preset, or after itself where it spells one out", () => {
    const { arms: resolved } = resolveExperiment(
      "{ name: x, seeds: [1], arms: [{ name: a, curriculum: uniform }, { name: b, curriculum: { sampler: { kind: uniform, mass: bucket } } }] }",
    );
    expect(resolved.map(({ curriculumName }) => curriculumName)).toEqual(["uniform", "b"]);
    expect(resolved[0]?.configuration.curriculum).toEqual(resolved[1]?.configuration.curriculum);
  });
});

describe("a file", () => {
  test("resolves to what resolves to itself, as YAML and as JSON", () => {
    const { specification } = resolveExperiment(`{ name: x, seeds: [3, 1], training: { steps: 5 }, ${arms} }`);
    expect(resolveExperiment(JSON.stringify(specification)).specification).toEqual(specification);
  });

  test("resolves to itself with suites too, which an arm may say otherwise", () => {
    const suites = "[{ name: lcb, set: s, samples: 10 }, { name: own, from: 2024-08-01 }]";
    const { specification, arms: resolved } = resolveExperiment(
      `{ name: x, seeds: [1], evaluation: { suites: ${suites} }, arms: [{ name: a, curriculum: uniform }, { name: b, curriculum: uniform, evaluation: { suites: [] } }] }`,
    );
    expect(resolved.map(({ configuration }) => configuration.evaluation.suites?.map(({ name }) => name))).toEqual([["lcb", "own"], []]);
    expect(resolveExperiment(JSON.stringify(specification)).specification).toEqual(specification);
  });

  test("is refused with the path of every unknown key, at every depth", () => {
    expect(
      paths(
        `{ name: x, seeds: [1], bogus: 1, training: { sampling: { temperatur: 1 } }, arms: [{ name: a, curriculum: uniform, trainig: {} }] }`,
      ),
    ).toEqual(expect.arrayContaining(["bogus", "training.sampling.temperatur", "arms[0].trainig"]));
  });

  test("is refused with value and expectation where a value is wrong", () => {
    expect(refusalOf(`{ name: X y, seeds: [], training: { steps: many, loss: { name: mse } }, ${arms} }`).fields).toEqual(
      expect.arrayContaining([
        { path: "name", value: "X y", expected: "lower-case letters, digits and dashes, at most 48" },
        { path: "seeds", value: [], expected: "at least 1" },
        { path: "training.steps", value: "many", expected: "a value of type number" },
        { path: "training.loss.name", value: "mse", expected: "one of importance_sampling, ppo, cispo" },
      ]),
    );
  });

  test("is refused for what is missing, and for seeds or arms that are alike", () => {
    expect(paths("{}")).toEqual(expect.arrayContaining(["name", "seeds", "arms"]));
    expect(paths(`{ name: x, seeds: [1, 1], arms: [{ name: a, curriculum: uniform }, { name: a, curriculum: uniform }] }`)).toEqual([
      "seeds",
      "arms",
    ]);
  });

  test("is refused for paths of the client's machine and taken with what they become", () => {
    expect(paths(`{ name: x, seeds: [1], problems: { file: p.jsonl }, policy: { warmStart: w.safetensors }, ${arms} }`)).toEqual([
      "problems.file",
      "policy.warmStart",
    ]);
    const hash = "a".repeat(64);
    expect(
      resolveExperiment(`{ name: x, seeds: [1], policy: { warmStart: "sha256:${hash}" }, ${arms} }`).specification.policy.warmStart,
    ).toBe(`sha256:${hash}`);
  });

  test("that is no YAML, repeats a key, or grows without bound by aliases is refused in words", () => {
    expect(refusalOf("name: [").message).toMatch(/neither YAML nor JSON/);
    expect(refusalOf("name: a\nname: b").message).toMatch(/neither YAML nor JSON/);
    expect(refusalOf("name: &a [*a]").message).toBe("the file cannot be read: an alias stands for something that it is a part of");
    expect(refusalOf("{".repeat(50_000)).message).toMatch(/nested too deeply/);
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      ...["b", "c", "d", "e", "f"].map(
        (key, index) => `${key}: &${key} [${Array.from({ length: 9 }, () => `*${"abcdef"[index]}`).join(",")}]`,
      ),
    ].join("\n");
    expect(refusalOf(bomb).message).toMatch(/cannot be read/);
    expect(refusalOf("just a text").fields.length).toBeGreaterThan(0);
  });
});

test("an algorithm is a name for settings and hooks: an arm's lies over the experiment's, and what is written beside a name wins", () => {
  const { arms, specification } = resolveExperiment(`
name: algorithms
seeds: [1]
training: { algorithm: grpo }
arms:
  - { name: grpo, curriculum: uniform }
  - { name: dapo, curriculum: classic, training: { algorithm: dapo, loss: { clipHigh: 0.4 } } }
  - { name: own, curriculum: { sampler: { kind: uniform }, refill: { maxRounds: 3 } }, training: { algorithm: dapo } }
`);
  const [grpo, dapo, own] = arms.map(({ configuration }) => configuration);
  expect(grpo!.training).toMatchObject({
    advantage: { scale: "group-std" },
    loss: { name: "ppo", lengthNorm: "sequence", klWeight: 0.04 },
  });
  expect(dapo!.training.loss).toMatchObject({ lengthNorm: "token", klWeight: 0, clipLow: 0.2, clipHigh: 0.4 });
  expect([grpo!.curriculum.refill, dapo!.curriculum.refill, own!.curriculum.refill]).toEqual([
    undefined,
    { maxRounds: 10 },
    { maxRounds: 3 },
  ]);
  expect(resolveExperiment(JSON.stringify(specification)).arms).toEqual(arms);
});

const selfPlay = (training: string, hooks = ""): string =>
  `{ name: x, seeds: [1], training: ${training}, arms: [{ name: a, curriculum: { sampler: { kind: uniform }, proposals: {}${hooks} } }] }`;

test("a policy that writes its problems needs two groups a step, and no other rounds beside its two", () => {
  expect(paths(selfPlay("{ groupsPerStep: 1 }"))).toEqual(["arms[0].training.groupsPerStep"]);
  expect(paths(selfPlay("{}", ", screening: {}, refill: {}"))).toEqual(["arms[0].curriculum.refill", "arms[0].curriculum.screening"]);
  // The algorithm brings it.
  expect(paths(selfPlay("{ algorithm: dapo }"))).toEqual(["arms[0].curriculum.refill"]);
  const { arms: resolved, specification } = resolveExperiment("{ name: x, seeds: [1], arms: [{ name: a, curriculum: azr }] }");
  expect(resolved[0]?.configuration.curriculum.proposals).toMatchObject({ share: 0.5, mix: "max-new" });
  expect(resolveExperiment(JSON.stringify(specification)).arms).toEqual(resolved);
});

const at = (scale: string, scales: string): string =>
  `{ name: x, seeds: [1], scale: ${scale}, training: { groupSize: 4 }, scales: ${scales}, ${arms} }`;

describe("a scale", () => {
  test("lies over the file, inside objects too, and resolves to what resolves to itself", () => {
    const { specification } = resolveExperiment(
      at("small", "{ small: { seeds: [1, 2], training: { steps: 3 } }, large: { training: { steps: 9 } } }"),
    );
    expect(specification).toMatchObject({ scale: "small", seeds: [1, 2], training: { steps: 3, groupSize: 4 } });
    expect(resolveExperiment(JSON.stringify(specification)).specification).toEqual(specification);
  });

  test("that is none of the file's, or changes what is compared, is refused", () => {
    expect(refusalOf(at("huge", "{ small: {} }")).fields).toEqual([{ path: "scale", value: "huge", expected: "one of small" }]);
    expect(paths(at("small", "{ small: { arms: [] } }"))).toEqual(["scales.small.arms"]);
  });
});
