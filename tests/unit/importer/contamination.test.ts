// Proves: what counts as being in an evaluation set, and that an import leaves it out with a report.
import { expect, it } from "vitest";
import { selectProblems } from "@gradus/cli/experiment/select-problems";
import { codeHash, contaminationIndex, ngrams } from "@gradus/domain/importer/contamination";
import type { ImportedProblem } from "@gradus/domain/importer/jsonl";
import { importFinalAnswers } from "@gradus/domain/importer/final-answers";

const TEN = "one two three four five six seven eight nine ten";
const code = (name: string, comment: string): string =>
  `def ${name}(values):\n    ${comment}\n    return sorted(set(values), key=lambda v: (len(v), v))\n`;
const content = (message: string, reference = "") => ({ message, reference });

it("runs of ten words, whatever their case and marks; a shorter text is one run", () => {
  expect(ngrams(`${TEN} eleven`)).toEqual([TEN, "two three four five six seven eight nine ten eleven"]);
  expect(ngrams("Two, words!")).toEqual(["two words"]);
  expect(ngrams("  ")).toEqual([]);
});

it("the same code under other names, with other comments and blanks; short code is nobody's", () => {
  expect(codeHash(code("f", "# sort"))).toBe(codeHash(code("other", '"""Sorts."""')));
  expect(codeHash(code("f", "values = values[1:]"))).not.toBe(codeHash(code("f", "# sort")));
  // Names that the code gives are no difference, in a call of itself either; names that it was given are.
  const loop = "def count(n):\n    total = 0\n    for i in range(n):\n        total += i if i < 2 else count(i)\n    return total\n";
  const renamed = loop.replaceAll("count", "solve").replaceAll("total", "s").replace(/\bi\b/g, "k").replace(/\bn\b/g, "limit");
  expect(codeHash(renamed)).toBe(codeHash(loop));
  expect(codeHash(loop.replaceAll("range", "reversed"))).not.toBe(codeHash(loop));
  expect(codeHash(loop.replaceAll("        total", "    total"))).not.toBe(codeHash(loop));
  expect(codeHash("def f(x):\n    return x")).toBeNull();
});

it("finds a shared run inside another text, and shared code, and names what was met", () => {
  const index = contaminationIndex([
    { name: "eval/1", content: content(`Before. ${TEN}, after.`) },
    { name: "eval/2", content: content("Sort them", code("g", "")) },
  ]);
  expect(index.find(content(`Now: ${TEN.toUpperCase()}?`))).toEqual({ how: "NGRAM", met: "eval/1", shared: TEN });
  expect(index.find(content("Other words", code("mine", "# hello")))).toEqual({ how: "CODE", met: "eval/2" });
  expect(index.find(content(TEN.replace("five", "5")))).toBeNull();
});

async function messagesOf(problems: AsyncIterable<ImportedProblem>): Promise<string[]> {
  const messages: string[] = [];
  for await (const problem of problems) messages.push(problem.content.message);
  return messages;
}

it("an import keeps what is in the window and in no evaluation set, and tells the rest apart", async () => {
  const rows = [{ problem: TEN, answer: 1 }, { problem: "something else entirely", answer: 2 }, { problem: 3 }].map((row) =>
    JSON.stringify(row),
  );
  const index = contaminationIndex([{ name: "eval/1", content: content(TEN) }]);
  const { problems, tally } = selectProblems(importFinalAnswers(rows), { index });
  expect(await messagesOf(problems)).toEqual(["something else entirely"]);
  expect(tally).toMatchObject({ kept: 1, unread: [{ line: 3 }], contaminated: [{ line: 1, met: "eval/1" }] });
  const dated = selectProblems(importFinalAnswers(rows), { index: null, from: "2024-01-01" });
  expect(await messagesOf(dated.problems)).toEqual([]);
  expect(dated.tally.outsideWindow).toBe(2);
});
