// Owns: the CodeContests format (Li et al. 2022) as JSON lines. Must not know: files, the sandbox.
import { z } from "zod";
import { contestContent } from "./contest-tests.ts";
import { importLines, type ImportedLine, type ImportedProblem } from "./jsonl.ts";

const Tests = z.looseObject({ input: z.array(z.string()), output: z.array(z.string()) });
const NONE = { input: [], output: [] };
const Row = z.looseObject({
  name: z.string().min(1),
  description: z.string().min(1),
  public_tests: Tests.default(NONE),
  private_tests: Tests.default(NONE),
  generated_tests: Tests.default(NONE),
  solutions: z.looseObject({ language: z.array(z.union([z.number(), z.string()])), solution: z.array(z.string()) }).optional(),
});

/** The data set's number, and name, of Python 3. */
const PYTHON = new Set<number | string>([3, "PYTHON3"]);

export function importCodeContests(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<ImportedLine> {
  return importLines(lines, Row, toProblem);
}

function toProblem(row: z.infer<typeof Row>): ImportedProblem {
  const pairs = [row.public_tests, row.private_tests, row.generated_tests].flatMap(({ input, output }) => {
    if (input.length !== output.length) throw new Error(`tests: ${input.length} inputs and ${output.length} outputs`);
    return input.map((one, at) => [one, output[at]] as const);
  });
  const python = row.solutions?.language.findIndex((language) => PYTHON.has(language)) ?? -1;
  return {
    // The description has the public examples already.
    content: contestContent(row.description, row.solutions?.solution[python] ?? "", { pairs, visible: 0 }),
    origin: { teacher: "import", source: `code-contests/${row.name}` },
  };
}
