// By what runs are grouped as text, how groups look beside arms, and which metrics are rows of which suite.
import { expect, test } from "vitest";
import { keyOf, keysOf } from "../../../apps/web/src/groups/group-keys.ts";
import { groupLook } from "../../../apps/web/src/groups/group-look.ts";
import { partName, suiteRows, suitesOf } from "../../../apps/web/src/routes/experiment/suite-rows.ts";

test("keys are told as on the command line, each once", () => {
  expect(keysOf(" training.lr, tags.team ,,training.lr")).toEqual(["training.lr", "tags.team"]);
  expect(["training.lr", "tags.a.b", "metrics.train/reward", "attributes.arm", "tags."].map(keyOf)).toEqual([
    { property: "CONFIG", name: "training.lr" },
    { property: "TAG", name: "a.b" },
    { property: "METRIC", name: "train/reward" },
    { property: "ATTRIBUTE", name: "arm" },
    { property: "CONFIG", name: "tags." },
  ]);
});

test("a group that is one arm looks like it, and any other like no arm", () => {
  const arms = [
    { id: "a", ordinal: 0 },
    { id: "b", ordinal: 1 },
  ];
  const runs = ["a1", "a2", "b1"].map((id) => ({ id, arm: { id: id.slice(0, 1) } }));
  const look = groupLook(arms, runs);
  expect([look(["b1"], 0), look(["a2", "a1"], 1)]).toEqual([1, 0]);
  expect([look(["a1"], 0), look(["a1", "a2", "b1"], 1), look(["unknown"], 2)]).toEqual([2, 3, 4]);
});

test("rows of suites stand the experiment's own first, whole before parts, bands from easy to hard, and by k", () => {
  const suites = suitesOf([
    { evaluation: { suites: [{ name: "lcb" }, { name: "math", domain: "OUT_OF_DOMAIN" }] } },
    { evaluation: { suites: [{ name: "lcb" }] } },
    {},
    null,
  ]);
  expect(suites).toEqual([
    { name: "lcb", isOutOfDomain: false },
    { name: "math", isOutOfDomain: true },
  ]);
  const rows = suiteRows(
    [
      "evaluation/gone/pass@1",
      "evaluation/lcb/pass@1",
      "evaluation/lcb/pass@1/hard",
      "evaluation/lcb/pass@10",
      "evaluation/lcb/pass@5",
      "evaluation/math/pass@1",
      "evaluation/pass@1",
      "evaluation/pass@1/DEDUCTION",
      "evaluation/pass@1/EASY",
      "evaluation/pass@1/HARD",
      "evaluation/seconds",
    ],
    suites,
  );
  expect(rows.map(({ suite, part, k }) => `${suite?.name ?? "own"} ${partName(part)} ${k}`)).toEqual([
    "own all 1",
    "own easy 1",
    "own hard 1",
    "own deduction 1",
    "lcb all 1",
    "lcb all 5",
    "lcb all 10",
    "lcb hard 1",
    "math all 1",
  ]);
});
