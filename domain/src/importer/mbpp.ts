// Owns: the MBPP format (Austin et al. 2021), both as published and sanitized. Must not know: files, the sandbox.
import { z } from "zod";
import { importLines, type ImportedLine, type ImportedProblem } from "./jsonl.ts";
import { plainAssert } from "./plain-asserts.ts";

const Row = z.looseObject({
  task_id: z.union([z.number(), z.string()]),
  /** Published set. */
  text: z.string().optional(),
  /** Sanitized set. */
  prompt: z.string().optional(),
  code: z.string().min(1),
  test_list: z.array(z.string().min(1)).min(1),
  test_setup_code: z.string().default(""),
  test_imports: z.array(z.string()).default([]),
  challenge_test_list: z.array(z.string()).default([]),
});

export function importMbpp(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<ImportedLine> {
  return importLines(lines, Row, toProblem);
}

/** The prompt is the reference's signature with the text as docstring: a model is told the name that the asserts call. */
function toProblem(row: z.infer<typeof Row>): ImportedProblem {
  const text = row.text ?? row.prompt;
  if (text === undefined) throw new Error("text: there is neither text nor prompt");
  const code = row.code.replaceAll("\r\n", "\n").replaceAll("\t", "    ");
  const signature = [...code.matchAll(/^def ([A-Za-z_]\w*)\s*\([^\n]*\)\s*(?:->[^\n:]*)?:/gm)].findLast(([, name]) =>
    row.test_list.some((test) => new RegExp(String.raw`\b${name}\b`).test(test)),
  );
  if (signature === undefined) throw new Error("code: defines no function that the tests call, on one line");
  const entryPoint = signature[1]!;
  const setup = [...row.test_imports, row.test_setup_code].join("\n").trim();
  const doc = `${text.trim()}\n${row.test_list[0]!.trim()}`.replaceAll("\\", "\\\\").replaceAll('"""', "'''");
  return {
    content: {
      environment: "FUNCTION_TEST",
      message: `${signature[0]}\n    """${doc.replaceAll("\n", "\n    ")}\n    """\n`,
      entryPoint,
      reference: code,
      tests: [...row.test_list, ...row.challenge_test_list].map(
        (test) => (setup === "" ? plainAssert(test, entryPoint) : null) ?? { kind: "check", source: checkOf(test, entryPoint, setup) },
      ),
      visibleTests: 0,
    },
    origin: { teacher: "import", source: `mbpp/${row.task_id}` },
  };
}

function checkOf(test: string, entryPoint: string, setup: string): string {
  return `${setup}\ndef check(candidate):\n    globals()[${JSON.stringify(entryPoint)}] = candidate\n    exec(${JSON.stringify(test)}, globals())\n`;
}
