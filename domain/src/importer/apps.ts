// Owns: the APPS format (Hendrycks et al. 2021) and TACO, which follows it. Must not know: files, the sandbox.
import { z } from "zod";
import { contestContent } from "./contest-tests.ts";
import { importLines, labelled, type ImportedLine, type ImportedProblem } from "./jsonl.ts";

const Row = z.looseObject({
  problem_id: z.union([z.number(), z.string()]).optional(),
  name: z.string().nullish(),
  source: z.string().nullish(),
  question: z.string().min(1),
  /** JSON in a string, or the list itself. */
  solutions: z.union([z.string(), z.array(z.string())]).default(""),
  input_output: z.union([z.string().min(1), z.looseObject({})]),
  starter_code: z.string().nullish(),
  date: z.string().nullish(),
  difficulty: z.string().nullish(),
});

const InputOutput = z.looseObject({ fn_name: z.string().nullish(), inputs: z.array(z.unknown()), outputs: z.array(z.unknown()) });

export function importApps(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<ImportedLine> {
  return importLines(lines, Row, toProblem);
}

function toProblem(row: z.infer<typeof Row>): ImportedProblem {
  const parsed = InputOutput.safeParse(typeof row.input_output === "string" ? JSON.parse(row.input_output) : row.input_output);
  if (!parsed.success) throw new Error(`input_output: ${parsed.error.issues[0]?.message ?? "wrong"}`);
  const { fn_name: functionName, inputs, outputs } = parsed.data;
  if (inputs.length !== outputs.length) throw new Error(`input_output: ${inputs.length} inputs and ${outputs.length} outputs`);
  // A function's output stands in a list of one in APPS.
  const bare = (output: unknown): unknown => (functionName && Array.isArray(output) && output.length === 1 ? output[0] : output);
  const starter = row.starter_code?.trim();
  const message = starter ? `${row.question.trim()}\n\n${starter}` : row.question;
  const id = row.problem_id ?? row.name ?? null;
  const day = /^\d{4}-\d{2}-\d{2}/.exec(row.date ?? "")?.[0];
  return {
    content: contestContent(message, firstSolution(row.solutions), {
      functionName: functionName ?? undefined,
      pairs: inputs.map((input, at) => [input, bare(outputs[at])] as const),
      visible: 0,
    }),
    origin: {
      teacher: "import",
      ...(id === null ? {} : { source: [row.source ?? "apps", id].join("/") }),
      ...(day === undefined ? {} : { date: day }),
      ...labelled(row.difficulty),
    },
  };
}

function firstSolution(solutions: string | readonly string[]): string {
  if (typeof solutions !== "string") return solutions[0] ?? "";
  if (solutions.trim() === "") return "";
  const list: unknown = JSON.parse(solutions);
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  return typeof first === "string" ? first : "";
}
