// Owns: a guess of how often the quickstart's warm start solves a problem, before anything is sampled. Must not know: the engine.
import type { ProblemContent } from "@gradus/domain";
import { readProgram } from "../teacher/program.ts";
import type { Telling } from "../teacher/program.ts";
import { slipRate } from "./warm-start-corpus.ts";

/** What is left of a step's chance where its message tells less; rough. */
const TOLD: Readonly<Record<Telling, number>> = { EXACT: 1, BLANK: 0.6, FAMILY: 0.3, OMITTED: 0.1 };

/** In (0, 1]: a program is as likely right as all its steps together. Only good for putting problems in an order: measuring decides. */
export function expectedPassRate(content: Pick<ProblemContent, "reference" | "message" | "tests">): number {
  return (readProgram(content) ?? []).reduce((rate, { operation, telling }) => rate * (1 - slipRate(operation)) * TOLD[telling], 1);
}
