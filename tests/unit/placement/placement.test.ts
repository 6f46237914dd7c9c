// Proves: which node a run is given, and that whoever waits for one is told why in words that do not change by themselves.
import { chooseNode, needsOf, parseLabels, Placement, startingWords } from "@gradus/domain/placement";
import type { PolicyNode } from "@gradus/domain/placement";
import { expect, test } from "vitest";

const node = (id: string, over: Partial<PolicyNode> = {}): PolicyNode => ({
  id,
  taskQueue: `policy/${id}`,
  labels: { gpu: "h100", mem: "80" },
  capabilities: { policyEngine: "tinker", baseModel: "/models/Qwen3-4B", tokenizer: "a".repeat(64), policySlots: 1 },
  isAlive: true,
  isDraining: false,
  runs: 0,
  ...over,
});
const needs = (placement: object = {}, more: object = {}) => needsOf({ engine: "tinker", placement: Placement.parse(placement), ...more });
const waitsFor = (placement: object, nodes: readonly PolicyNode[], more: object = {}): string | null =>
  chooseNode(needs(placement, more), nodes).waits;

const fits = (rule: object): boolean => waitsFor(rule, [node("n")]) === null;

test("labels are name=value with commas between, and what is none is named", () => {
  expect(parseLabels("gpu=h100, mem=80,zone=eu/west-1")).toEqual({ gpu: "h100", mem: "80", zone: "eu/west-1" });
  expect(parseLabels("")).toEqual({});
  for (const wrong of ["gpu", "gpu=", "=h100", "GPU=h100", "gpu=h 100", "gpu=h100;mem=80"])
    expect(() => parseLabels(wrong), wrong).toThrow(/--labels: .* is no label; write name=value/);
  expect(() => parseLabels("gpu=h100,gpu=a100")).toThrow("--labels: gpu is there twice");
});

test("a rule is a value, one of several, or bounds of a number; all of them must hold", () => {
  expect([{ gpu: "h100" }, { gpu: ["a100", "h100"] }, { mem: 80 }, { mem: { atLeast: 80 } }, { mem: { atMost: 80 } }].map(fits)).toEqual(
    Array.from({ length: 5 }, () => true),
  );
  expect(
    [
      { gpu: "a100" },
      { gpu: ["a100", "l4"] },
      { mem: { atLeast: 81 } },
      { mem: { atLeast: 10, atMost: 79 } },
      { gpu: { atLeast: 1 } },
      { zone: "eu" },
      { gpu: "h100", mem: { atLeast: 81 } },
      // A label that only every object has.
      { constructor: "Object" },
    ].map(fits),
  ).toEqual(Array.from({ length: 8 }, () => false));
  for (const wrong of [{ gpu: {} }, { gpu: [] }, { "GPU!": "x" }, { gpu: { atleast: 3 } }, { gpu: null }])
    expect(Placement.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false);
});

test("the node with the fewest runs for its engines is taken, and of equals always the same", () => {
  const nodes = [
    node("c", { runs: 1 }),
    node("b", { runs: 1, capabilities: { policyEngine: "tinker", policySlots: 4 } }),
    node("a", { runs: 2 }),
  ];
  expect(chooseNode(needs(), nodes).node?.id).toBe("b");
  expect(chooseNode(needs(), [node("y"), node("x")]).node?.id).toBe("x");
});

test("why there is no node is said of each node, with how to start one", () => {
  const nodes = [
    node("drained", { isDraining: true }),
    node("full", { runs: 4, capabilities: { policyEngine: "tinker", runCapacity: 4 } }),
    node("other", { labels: { gpu: "a100" } }),
    node("silent", { isAlive: false }),
    node("small", { capabilities: { policyEngine: "embedded" } }),
  ];
  expect(waitsFor({ gpu: "h100", mem: { atLeast: 80 } }, nodes)).toBe(
    "no policy node takes the run, which needs engine tinker, gpu=h100, mem of at least 80: drained is being drained; " +
      "full holds 4 of at most 4 runs; other has gpu=a100 and has no label mem; silent is silent; small has the engine embedded; " +
      "start one with: gradus worker --role policy --engine tinker --labels gpu=h100,mem=80",
  );
  expect(waitsFor({}, [])).toContain("there is none; start one with");
  const many = waitsFor(
    {},
    Array.from({ length: 20 }, (_, at) => node(`n${at}`, { isAlive: false })),
  );
  expect(many).toContain("; 12 more;");
});

test("a base model and a tokenizer are asked of the node as labels are", () => {
  expect(waitsFor({}, [node("n")], { baseModel: "Qwen/Qwen3-4B", tokenizer: `sha256:${"a".repeat(64)}` })).toBeNull();
  expect(waitsFor({}, [node("n")], { baseModel: "Qwen/Qwen3-8B" })).toContain("n has the base model /models/Qwen3-4B");
  expect(waitsFor({}, [node("n")], { tokenizer: "b".repeat(64) })).toContain("n has the tokenizer aaaaaaaaaaaa");
  expect(waitsFor({}, [node("n", { capabilities: { policyEngine: "tinker" } })], { baseModel: "x" })).toContain("the base model unknown");
});

test("the command that is proposed starts a node that fits", () => {
  const placement = Placement.parse({ gpu: ["h100", "h200"], mem: { atLeast: 80 }, zone: "eu" });
  const [, labels = ""] = startingWords(needs(placement)).split("--labels ");
  expect(waitsFor(placement, [node("n", { labels: parseLabels(labels) })])).toBeNull();
  const tokenizer = `sha256:${"b".repeat(64)}`;
  expect(startingWords(needs({}, { tokenizer }))).toBe(`GRADUS_TINKER_TOKENIZER=${tokenizer} gradus worker --role policy --engine tinker`);
});
