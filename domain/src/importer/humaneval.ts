// Owns: the HumanEval format (Chen et al. 2021) and files that follow it. Must not know: files, compression, the sandbox.
import { z } from "zod";
import { importLines, type ImportedLine, type ImportedProblem } from "./jsonl.ts";
import { plainAsserts } from "./plain-asserts.ts";

/** Further fields are allowed: many sets add some. */
const Row = z.looseObject({
  task_id: z.string().min(1),
  prompt: z.string().min(1),
  entry_point: z.string().regex(/^[A-Za-z_]\w*$/, "must be a Python name"),
  canonical_solution: z.string().min(1),
  test: z.string().regex(/^def check\(/m, "must define check(candidate)"),
});

/** Problems of a HumanEval JSON-lines file, already decompressed and cut into lines. */
export function importHumanEval(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<ImportedLine> {
  return importLines(lines, Row, toProblem);
}

function toProblem(row: z.infer<typeof Row>): ImportedProblem {
  if (!new RegExp(String.raw`^def ${row.entry_point}\(`, "m").test(row.prompt))
    throw new Error(`entry_point: the prompt does not define ${row.entry_point}`);
  return {
    content: {
      environment: "FUNCTION_TEST",
      message: row.prompt,
      entryPoint: row.entry_point,
      reference: row.prompt + row.canonical_solution,
      // Some checks call helpers that the prompt defines (tasks 32, 38, 50), and the check runs apart from the candidate.
      tests: plainAsserts(row.test) ?? [{ kind: "check", source: `${row.prompt}\n${row.test}` }],
      visibleTests: 0,
    },
    origin: { teacher: "import/humaneval", source: row.task_id },
  };
}
