// Proves: what becomes of good and bad lines of a HumanEval file.
import { describe, expect, it } from "vitest";
import { importHumanEval } from "@gradus/domain/importer/humaneval";
import type { ImportedLine } from "@gradus/domain/importer/jsonl";
import { ProblemContent } from "@gradus/domain/problem";

const row = {
  task_id: "HumanEval/2",
  prompt:
    'def truncate_number(number: float) -> float:\n    """ Return the decimal part of the number.\n    >>> truncate_number(3.5)\n    0.5\n    """\n',
  entry_point: "truncate_number",
  canonical_solution: "    return number % 1.0\n",
  test: "\n\nMETADATA = {}\n\n\ndef check(candidate):\n    assert candidate(3.5) == 0.5\n",
};

async function read(lines: readonly string[]): Promise<ImportedLine[]> {
  const read: ImportedLine[] = [];
  for await (const line of importHumanEval(lines)) read.push(line);
  return read;
}

describe("a HumanEval file", () => {
  it("becomes function tests: comparisons where its check only compares", async () => {
    const [line] = await read([JSON.stringify({ ...row, extra: 1 })]);
    expect(line).toMatchObject({ line: 1, ok: true, problem: { origin: { teacher: "import/humaneval", source: "HumanEval/2" } } });
    const content = line!.ok ? line!.problem.content : null;
    expect(ProblemContent.parse(content)).toEqual(content);
    expect(content!.reference).toBe(row.prompt + row.canonical_solution);
    expect(content!.tests).toEqual([{ kind: "call", args: "3.5", expected: "0.5", exact: true }]);
  });

  it("becomes function tests that carry the prompt's helpers into any other check", async () => {
    const test = row.test.replace("candidate(3.5) == 0.5", "abs(candidate(1.33) - 0.33) < 1e-6");
    const [line] = await read([JSON.stringify({ ...row, test })]);
    expect(line!.ok && line!.problem.content.tests).toEqual([{ kind: "check", source: `${row.prompt}\n${test}` }]);
  });

  it("reports bad lines by number and reason and goes on", async () => {
    const { test: _, ...withoutTest } = row;
    const lines = await read([
      JSON.stringify(row),
      "",
      "{ not json",
      JSON.stringify(withoutTest),
      JSON.stringify({ ...row, entry_point: "truncate-number" }),
      JSON.stringify({ ...row, entry_point: "other" }),
      "[]",
      JSON.stringify(row),
    ]);
    expect(lines.map(({ line, ok }) => [line, ok])).toEqual([
      [1, true],
      [3, false],
      [4, false],
      [5, false],
      [6, false],
      [7, false],
      [8, true],
    ]);
    const reasons = lines.map((line) => (line.ok ? "" : line.reason));
    expect(reasons[1]).toMatch(/^not JSON: /);
    expect(reasons[2]).toMatch(/^test: /);
    expect(reasons[3]).toBe("entry_point: must be a Python name");
    expect(reasons[4]).toBe("entry_point: the prompt does not define other");
    expect(reasons[5]).toMatch(/^line: /);
  });
});
