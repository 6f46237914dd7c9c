// Proves: that the embedded teacher's replies are problems in all four environments, that a change that was asked for is made, and which problems of
// a synthesis are repeats. In the real sandbox.
import { contentHash, ExecutionSpec, SynthesisEnvironment, SynthesisSpec } from "@gradus/domain";
import type { ProblemContent } from "@gradus/domain";
import { readTeacherReply } from "@gradus/domain/synthesis/teacher-reply";
import { findRepeats } from "@gradus/worker/control/synthesis/collect-problems";
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import type { Sandbox } from "@gradus/worker/sandbox/sandbox";
import { checkWritten } from "@gradus/worker/teacher/check-written";
import { generateProblems } from "@gradus/worker/teacher/generate";
import { grammarReply } from "@gradus/worker/teacher/grammar-reply";
import { afterAll, beforeAll, expect, test } from "vitest";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ slots: 2 });
});
afterAll(() => sandbox.close());

const ask = (
  seed: number,
  environment: SynthesisEnvironment,
  ...requests: ("FIRST" | "HARDER" | "EASIER" | "VARIANT" | "REPAIR")[]
): string => grammarReply({ seed, environment, requests, fromHard: false, operations: [] });

test("what the grammar replies is read, runs, and gives the outputs that the grammar knew", async () => {
  const execution = ExecutionSpec.parse({});
  for (const environment of SynthesisEnvironment.options) {
    let problems = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const read = readTeacherReply(ask(seed, environment, "FIRST"), { environment, inputs: 5 });
      // Not every program has a property that some of its inputs break.
      if (!read.ok && environment === "FUZZING") continue;
      expect(read, `${environment} ${seed}`).toMatchObject({ ok: true });
      if (!read.ok) continue;
      const checked = await checkWritten(read.written, { environment, visibleTests: 2, execution }, sandbox);
      expect(checked, `${environment} ${seed}`).toHaveProperty("content");
      if (!("content" in checked)) continue;
      problems++;
      if (environment === "INDUCTION") expect(checked.content).toEqual(generateProblems({ seed, count: 1 })[0]?.content);
    }
    expect(problems, environment).toBeGreaterThan(2);
  }
});

test("a change that is asked for gives another program, and the same ask the same one", () => {
  const first = ask(3, "INDUCTION", "FIRST");
  for (const request of ["HARDER", "VARIANT", "REPAIR"] as const) {
    const changed = ask(3, "INDUCTION", "FIRST", request);
    expect(changed).not.toBe(first);
    expect(changed).toBe(ask(3, "INDUCTION", "FIRST", request));
  }
});

const induction = (reference: string, message = "m"): ProblemContent => ({
  environment: "INDUCTION",
  message,
  entryPoint: "f",
  reference,
  tests: [{ kind: "call", args: "1", expected: "1" }],
  visibleTests: 0,
});
const LONG = (constant: number): string =>
  `def f(x):\n    total = ${constant}\n${Array.from({ length: 12 }, (_, i) => `    if x > ${i}:\n        total += x * ${i} - ${i + 1}\n`).join("")}    return total\n`;

const turn = (id: string, seed: number, content: ProblemContent) => ({
  id,
  seed,
  content,
  contentHash: contentHash(content),
  astHash: content.reference,
});

test("of alike programs of different seeds the first stays; within a seed a rung may change little; evaluation sets are not written anew", () => {
  const { filters } = SynthesisSpec.parse({
    name: "any",
    seeds: { count: 1 },
    teacher: { kind: "grammar" },
    student: { kind: "policy", warmStart: "sha256:0" },
  });
  const survivors = [
    turn("a", 0, induction(LONG(1))),
    turn("a-told-otherwise", 0, induction(LONG(1), "another message")),
    turn("a-changed-little", 0, induction(LONG(2))),
    turn("a-again", 0, induction(LONG(1))),
    turn("b-same-program", 1, induction(LONG(1), "a third message")),
    turn("b-near", 1, induction(LONG(3))),
    turn("b-new", 1, induction("def f(x):\n    return [x, x + 1]\n")),
    turn("b-known", 1, induction("def f(x):\n    while x > 100:\n        x = x // 2\n    return x\n")),
  ];
  const known = [
    { id: "evaluated", reference: "def f(number):\n  while number > 100: # halve\n    number = number // 2\n  return number" },
  ];
  expect(findRepeats({ filters }, survivors, known).map(({ id, rejection, duplicateOf }) => [id, rejection, duplicateOf])).toEqual([
    ["a-again", "DUPLICATE", "a"],
    ["b-same-program", "DUPLICATE", "a"],
    ["b-near", "NEAR_DUPLICATE", "a"],
    ["b-known", "CONTAMINATED", null],
  ]);
  // Without a threshold only repeats go.
  expect(findRepeats({ filters: { ...filters, nearDuplicate: 1 } }, survivors, []).map(({ id }) => id)).toEqual([
    "a-again",
    "b-same-program",
  ]);
});
