// Proves: every format by a line as its source prints it, executed in the real sandbox, and what is said of lines that hold no problem.
import { deflateSync, inflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { environmentNamed } from "@gradus/domain/environment/registry";
import { importApps } from "@gradus/domain/importer/apps";
import { importCodeContests } from "@gradus/domain/importer/code-contests";
import { importFinalAnswers } from "@gradus/domain/importer/final-answers";
import type { ImportedLine, ImportedProblem } from "@gradus/domain/importer/jsonl";
import { importKodCode } from "@gradus/domain/importer/kod-code";
import { importLiveCodeBench, unpickle } from "@gradus/domain/importer/live-code-bench";
import { importMbpp } from "@gradus/domain/importer/mbpp";
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import { judge, probesOf } from "@gradus/worker/sandbox/judge";
import { DEFAULT_LIMITS, type Sandbox } from "@gradus/worker/sandbox/sandbox";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ slots: 2 });
});
afterAll(() => sandbox.close());

async function rewardFor({ content }: ImportedProblem, completion: string): Promise<number | null | "NO_ANSWER"> {
  const { extract, judging, reward } = environmentNamed(content.environment);
  const source = extract(completion, content);
  if (source === null) return "NO_ANSWER";
  const probes = probesOf(content.entryPoint, content.tests);
  const execution = await sandbox.execute({ language: "python", source, probes, limits: DEFAULT_LIMITS, processes: judging.processes });
  return reward(judge(execution, content.tests, judging));
}

type Reader = (lines: Iterable<string>) => AsyncGenerator<ImportedLine>;
async function readAll(reader: Reader, ...rows: unknown[]): Promise<ImportedLine[]> {
  const lines: ImportedLine[] = [];
  for await (const line of reader(rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row))))) lines.push(line);
  return lines;
}
async function readOne(reader: Reader, row: unknown): Promise<ImportedProblem> {
  const [line] = await readAll(reader, row);
  if (line?.ok !== true) throw new Error(line?.reason ?? "no line");
  return line.problem;
}
const reasonOf = async (reader: Reader, row: unknown): Promise<string> => {
  const [line] = await readAll(reader, row);
  return line?.ok === false ? line.reason : "none";
};

describe("mbpp", () => {
  const row = {
    text: "Write a function to find the shared elements from the given two lists.",
    code: "def similar_elements(test_tup1, test_tup2):\r\n  res = tuple(set(test_tup1) & set(test_tup2))\r\n  return (res) ",
    task_id: 2,
    test_setup_code: "",
    test_list: [
      "assert set(similar_elements((3, 4, 5, 6),(5, 7, 4, 10))) == set((4, 5))",
      "assert set(similar_elements((1, 2),(2, 3))) == set((2,))",
    ],
    challenge_test_list: [],
  };

  it("poses the signature with the text, and each assert is a test", async () => {
    const problem = await readOne(importMbpp, row);
    expect(problem.content.message).toContain("def similar_elements(test_tup1, test_tup2):\n");
    expect(problem.content.message).toContain("Write a function to find");
    expect([problem.content.tests.length, problem.origin.source]).toEqual([2, "mbpp/2"]);
    expect(await rewardFor(problem, problem.content.reference)).toBe(1);
    expect(await rewardFor(problem, "    return set(test_tup1) & set(test_tup2)\n")).toBe(1);
    expect(await rewardFor(problem, "    return set(test_tup1)\n")).toBe(0);
  });

  it("reads the sanitized set, and says what is missing", async () => {
    const { text, ...rest } = row;
    expect((await readOne(importMbpp, { ...rest, prompt: text, test_imports: ["import math"] })).content.tests[0]).toMatchObject({
      kind: "check",
    });
    expect(await reasonOf(importMbpp, rest)).toMatch(/^text:/);
    expect(await reasonOf(importMbpp, { ...row, test_list: ["assert other() == 1"] })).toMatch(/^code:/);
  });
});

describe("apps and taco", () => {
  it("standard input and output", async () => {
    const problem = await readOne(importApps, {
      problem_id: 7,
      question: "Print the double.",
      solutions: JSON.stringify(["print(2 * int(input()))"]),
      input_output: JSON.stringify({ inputs: ["3\n", "-1\n"], outputs: ["6\n", ["-2"]] }),
      difficulty: "introductory",
    });
    expect([problem.origin.source, problem.content.entryPoint]).toEqual(["apps/7", "main"]);
    expect(await rewardFor(problem, problem.content.reference)).toBe(1);
    expect(await rewardFor(problem, "print(6)")).toBe(0);
  });

  it("functions by name, with arguments as JSON", async () => {
    const problem = await readOne(importApps, {
      problem_id: 8,
      question: "Is it there?",
      solutions: "",
      input_output: JSON.stringify({
        fn_name: "has",
        inputs: [
          [[1, null], null],
          [["a"], "b"],
        ],
        outputs: [[true], [false]],
      }),
      starter_code: "class Solution:\n    def has(self, xs, x):",
    });
    expect(problem.content.message).toContain("class Solution:");
    expect(await rewardFor(problem, "class Solution:\n    def has(self, xs, x):\n        return x in xs")).toBe(1);
    expect(await rewardFor(problem, "def has(xs, x):\n    return True")).toBe(0);
  });

  it("lines without tests, or with fewer outputs than inputs, hold no problem", async () => {
    expect(await reasonOf(importApps, { question: "q", input_output: JSON.stringify({ inputs: [], outputs: [] }) })).toMatch(/^tests:/);
    expect(await reasonOf(importApps, { question: "q", input_output: JSON.stringify({ inputs: ["1"], outputs: [] }) })).toMatch(
      /1 inputs and 0 outputs/,
    );
    expect(await reasonOf(importApps, { question: "q", input_output: "" })).toMatch(/^input_output/);
  });
});

it("code-contests: all three kinds of tests, and a Python solution", async () => {
  const problem = await readOne(importCodeContests, {
    name: "1_A. Double",
    description: "Print the double.",
    public_tests: { input: ["1\n"], output: ["2\n"] },
    private_tests: { input: ["2\n"], output: ["4\n"] },
    generated_tests: { input: ["5\n"], output: ["10\n"] },
    solutions: { language: [2, 3], solution: ["int main() {}", "print(int(input()) * 2)"] },
  });
  expect(problem.content.tests.length).toBe(3);
  expect(await rewardFor(problem, problem.content.reference)).toBe(1);
});

/** What Python's pickle.dumps(text) writes with protocol 4, read off its documentation: PROTO, FRAME, BINUNICODE, MEMOIZE, STOP. */
function pickled(text: string): Buffer {
  const body = Buffer.from(text);
  const [frame, size] = [Buffer.alloc(8), Buffer.alloc(4)];
  frame.writeBigUInt64LE(BigInt(body.length + 7));
  size.writeUInt32LE(body.length);
  return Buffer.concat([Buffer.from([0x80, 4, 0x95]), frame, Buffer.from([0x58]), size, body, Buffer.from([0x94, 0x2e])]);
}

const read: Reader = (lines) => importLiveCodeBench(lines, inflateSync);

describe("live-code-bench", () => {
  const hidden = JSON.stringify([{ input: "4\n", output: "16\n", testtype: "stdin" }]);
  const row = {
    question_title: "Square",
    question_content: "Print the square.",
    platform: "atcoder",
    question_id: "abc1_a",
    contest_date: "2024-08-17T00:00:00",
    starter_code: "",
    difficulty: "easy",
    public_test_cases: JSON.stringify([{ input: "3\n", output: "9\n", testtype: "stdin" }]),
    private_test_cases: deflateSync(pickled(hidden)).toString("base64"),
    metadata: "{}",
  };

  it("unpacks the private tests and keeps the day", async () => {
    const problem = await readOne(read, row);
    expect([problem.content.tests.length, problem.origin.date]).toEqual([2, "2024-08-17"]);
    expect(await rewardFor(problem, "print(int(input()) ** 2)")).toBe(1);
    expect(await rewardFor(problem, "print(9)")).toBe(0);
  });

  it("calls functions with one JSON argument a line", async () => {
    const cases = JSON.stringify([{ input: '[1, 2]\n"x"', output: "2", testtype: "functional" }]);
    const problem = await readOne(read, {
      ...row,
      public_test_cases: cases,
      private_test_cases: "[]",
      metadata: JSON.stringify({ func_name: "size" }),
    });
    expect(problem.content.tests).toEqual([{ kind: "call", args: '[1, 2], "x"', expected: "2" }]);
    expect(await rewardFor(problem, "class Solution:\n    def size(self, xs, name):\n        return len(xs)")).toBe(1);
    expect(await reasonOf(read, { ...row, public_test_cases: cases, private_test_cases: "[]" })).toMatch(/^metadata:/);
  });

  it("runs nothing of a pickle and refuses what is no text", async () => {
    expect(unpickle(pickled("é"))).toBe("é");
    expect(
      await reasonOf(read, { ...row, private_test_cases: deflateSync(Buffer.from("cos\nsystem\n(S'true'\ntR.")).toString("base64") }),
    ).toMatch(/not a pickled text/);
    expect(await reasonOf(read, { ...row, contest_date: "soon" })).toMatch(/^contest_date:/);
  });
});

describe("kod-code", () => {
  const row = {
    question_id: "Algorithm_1",
    question: "Write a function `double` that doubles.",
    solution: "def double(n):\n    return 2 * n",
    test: "from solution import double\n\ndef test_one():\n    assert double(1) == 2\n\ndef test_none():\n    assert double(0) == 0\n",
    test_info: [{ function_name: "double", function_declaration: "def double(n):" }],
    gpt_pass_sequence: [true, false, true, true],
  };

  it("every test function is a test, and trials are the pass rate", async () => {
    const problem = await readOne(importKodCode, row);
    expect([problem.content.tests.length, problem.passRate]).toEqual([2, { passes: 3, attempts: 4 }]);
    expect(await rewardFor(problem, problem.content.reference)).toBe(1);
    expect(await rewardFor(problem, "def double(n):\n    return 2")).toBe(0);
  });

  it("says what it cannot judge", async () => {
    expect(await reasonOf(importKodCode, { ...row, test: row.test.replace("import double", "import double, halve") })).toMatch(
      /one function/,
    );
    expect(await reasonOf(importKodCode, { ...row, test: row.test.replace("test_one()", "test_one(tmp_path)") })).toMatch(/fixture/);
    expect(await reasonOf(importKodCode, { ...row, test: "assert True" })).toMatch(/^test:/);
  });
});

it("final answers: the fields of MATH500, AIME and of a boxed solution", async () => {
  const rows = [
    { problem: "Half?", answer: "\\frac{1}{2}", unique_id: "test/algebra/1.json", solution: "so \\boxed{3}" },
    { Problem: "Sum?", Answer: 33, ID: "2024-I-1" },
    { problem: "Boxed?", solution: "it is $\\boxed{\\frac{3}{4}}$." },
  ];
  const problems = await Promise.all(rows.map((row) => readOne(importFinalAnswers, row)));
  expect(problems.map(({ content }) => (content.tests[0] as { expected: string }).expected)).toEqual(['"1/2"', '"33"', '"3/4"']);
  expect(await rewardFor(problems[1]!, "Thus the answer is \\boxed{033}.")).toBe(1);
  expect(await reasonOf(importFinalAnswers, { problem: "No answer?" })).toMatch(/^answer:/);
});

it("bad lines have their number and stop nothing", async () => {
  const lines = await readAll(importFinalAnswers, "{", { problem: "a", answer: 1 }, "", { problem: 3 });
  expect(lines.map(({ line, ok }) => [line, ok])).toEqual([
    [1, false],
    [2, true],
    [4, false],
  ]);
});
