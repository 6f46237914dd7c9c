// Owns: the KodCode format (Xu et al. 2025): questions with pytest modules and what a teacher's attempts at them came to. Must not know: files.
import { z } from "zod";
import { composePytest } from "../environment/pytest.ts";
import { importLines, type ImportedLine, type ImportedProblem } from "./jsonl.ts";

const Row = z.looseObject({
  question_id: z.string().min(1),
  question: z.string().min(1),
  solution: z.string().min(1),
  test: z.string().min(1),
  test_info: z.array(z.looseObject({ function_name: z.string(), function_declaration: z.string().optional() })).default([]),
  /** One for each trial: did its solution pass its tests. */
  gpt_pass_sequence: z.array(z.union([z.boolean(), z.number()])).default([]),
});

export function importKodCode(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<ImportedLine> {
  return importLines(lines, Row, toProblem);
}

function toProblem(row: z.infer<typeof Row>): ImportedProblem {
  const imported = [...row.test.matchAll(/^from solution import (.+)$/gm)].flatMap(([, names]) =>
    names!.split(",").map((name) => name.trim()),
  );
  const [entryPoint] = imported;
  if (entryPoint === undefined || !/^[A-Za-z_]\w*$/.test(entryPoint)) throw new Error("test: does not import one function from solution");
  if (new Set(imported).size > 1) throw new Error(`test: imports ${imported.join(", ")} from solution, and one function can be judged`);
  const tests = [...row.test.matchAll(/^def (test\w*)\s*\(([^)]*)\)/gm)];
  if (tests.length === 0) throw new Error("test: has no test function");
  const needing = tests.find(([, name, parameters]) => parameters!.trim() !== "" && !isParametrized(row.test, name!));
  if (needing !== undefined) throw new Error(`test: ${needing[1]} needs a fixture`);
  const passes = row.gpt_pass_sequence.filter((passed) => passed === true || passed === 1).length;
  const declared = row.test_info.find(({ function_name: name }) => name === entryPoint)?.function_declaration?.trim();
  const message = row.question.includes(entryPoint)
    ? row.question.trim()
    : `${row.question.trim()}\n\n${declared ?? `def ${entryPoint}(...)`}`;
  return {
    content: {
      environment: "PYTEST",
      message,
      entryPoint,
      reference: row.solution,
      tests: tests.map(([, name]) => ({ kind: "check", source: composePytest(row.test, entryPoint, name!) })),
      visibleTests: 0,
    },
    origin: { teacher: "import", source: `kod-code/${row.question_id}` },
    ...(row.gpt_pass_sequence.length === 0 ? {} : { passRate: { passes, attempts: row.gpt_pass_sequence.length } }),
  };
}

const isParametrized = (module: string, test: string): boolean =>
  new RegExp(String.raw`@pytest\.mark\.parametrize\([\s\S]*?\)\s*\ndef ${test}\b`).test(module);
