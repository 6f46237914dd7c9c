// Owns: sets of questions with final answers: MATH500 and AIME as JSON lines, under the names of fields that they go by. Must not know: files.
import { z } from "zod";
import { ANSWER_ENTRY, findAnswer, normaliseAnswer } from "../environment/final-answer.ts";
import { importLines, labelled, type ImportedLine, type ImportedProblem } from "./jsonl.ts";

const answer = z.union([z.string(), z.number()]);
const Row = z.looseObject({
  problem: z.string().min(1).optional(),
  Problem: z.string().min(1).optional(),
  question: z.string().min(1).optional(),
  answer: answer.optional(),
  Answer: answer.optional(),
  /** MATH has the answer in a box at its end. */
  solution: z.string().optional(),
  unique_id: z.string().optional(),
  ID: z.string().optional(),
  id: answer.optional(),
  /** MATH: 1 to 5. */
  level: answer.nullish(),
});

export function importFinalAnswers(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<ImportedLine> {
  return importLines(lines, Row, toProblem);
}

function toProblem(row: z.infer<typeof Row>): ImportedProblem {
  const message = row.problem ?? row.Problem ?? row.question;
  if (message === undefined) throw new Error("problem: there is none (nor Problem, nor question)");
  const boxed = row.solution?.includes("\\boxed{") === true ? findAnswer(row.solution) : null;
  const known = row.answer ?? row.Answer ?? boxed;
  if (known === null || String(known).trim() === "") throw new Error("answer: there is none");
  const id = row.unique_id ?? row.ID ?? row.id;
  return {
    content: {
      environment: "ANSWER",
      message: message.trim(),
      entryPoint: ANSWER_ENTRY,
      reference: "",
      tests: [{ kind: "call", args: "", expected: JSON.stringify(normaliseAnswer(String(known))) }],
      visibleTests: 0,
    },
    origin: { teacher: "import", ...(id === undefined ? {} : { source: String(id) }), ...labelled(row.level) },
  };
}
