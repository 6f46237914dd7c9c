// Owns: the embedded teacher behind the same door as a language model: what it would reply, as text, from the seed and what was asked of it so far.
// Must not know: pass rates, sandboxes, the database.
import type { SynthesisEnvironment, TurnRequest } from "@gradus/domain";
import { derive } from "./derive.ts";
import { generateProblems } from "./generate.ts";
import type { GeneratedProblem } from "./generate.ts";
import { mutate } from "./mutate.ts";

export interface GrammarAsk {
  /** Decides every draw. */
  readonly seed: number;
  readonly environment: SynthesisEnvironment;
  /** What was asked in every turn, this one the last. Begins with FIRST. */
  readonly requests: readonly TurnRequest[];
  /** Whether it begins with a hard problem. */
  readonly fromHard: boolean;
  /** Operations of which the seed's text shows a trace. */
  readonly operations: readonly string[];
  /** Absent: the teacher's own number. */
  readonly inputs?: number;
}

/** A reply in the format that `readTeacherReply` reads; without a block where there is nothing left to change. The same ask gives the same text. */
export function grammarReply(ask: GrammarAsk): string {
  const problem = ask.requests.reduce<GeneratedProblem | undefined>(
    (before, request, turn) => turned(ask, before, request, turn),
    undefined,
  );
  const posed = problem === undefined || ask.environment === "INDUCTION" ? problem : derive(problem, ask.environment);
  return posed === undefined ? "There is no such change of this program." : rendered(posed, ask.environment);
}

function turned(ask: GrammarAsk, before: GeneratedProblem | undefined, request: TurnRequest, turn: number): GeneratedProblem | undefined {
  const seed = ask.seed + turn;
  if (before === undefined || request === "FIRST" || request === "REPAIR") return fresh(ask, turn);
  if (request === "HARDER") return mutate(before, "harder", seed);
  if (request === "EASIER") return mutate(before, "easier", seed);
  // One change up and one down is another problem about as hard.
  const up = mutate(before, "harder", seed);
  return (up && mutate(up, "easier", seed)) ?? mutate(before, "easier", seed);
}

function fresh({ seed, fromHard, operations, inputs }: GrammarAsk, turn: number): GeneratedProblem | undefined {
  const steered = operations.length > 0 ? { snippetOperations: operations } : {};
  return generateProblems({
    seed: seed + turn,
    count: 1,
    ...steered,
    ...(inputs === undefined ? {} : { inputs }),
    ...(fromHard ? { depth: 3, vagueness: 0.8 } : {}),
  })[0];
}

const block = (tag: string, text: string): string => `\`\`\`${tag}\n${text.trimEnd()}\n\`\`\``;

function rendered({ content }: GeneratedProblem, environment: SynthesisEnvironment): string {
  const inputs = content.tests.map((test) => (test.kind === "call" ? test.args : ""));
  // The judge of a fuzzing problem is added again when the reply is read.
  const program = environment === "FUZZING" ? content.reference.slice(0, content.reference.indexOf("\ndef violates(")) : content.reference;
  const blocks = [
    block("python", program),
    ...inputs.map((input) => block("input", input)),
    ...(environment === "INDUCTION" ? [block("message", content.message)] : []),
  ];
  return `<answer>\n${blocks.join("\n")}\n</answer>`;
}
