// Owns: what a warm start reads: prompts of the teacher's problems with programs of a coder who slips. Must not know: the engine, executing.
import { renderInductionPrompt } from "@gradus/domain/environment/induction";
import { stream } from "@gradus/domain/random";
import type { Random } from "@gradus/domain/random";
import { drawArguments, generateProblems } from "../teacher/generate.ts";
import { OPERATIONS, operationNamed } from "../teacher/operations.ts";
import { readProgram, renderReference } from "../teacher/program.ts";
import type { Program, Step } from "../teacher/program.ts";
import { countTokens, MAX_COMPLETION_TOKENS } from "../teacher/vocabulary.ts";
import type { PretrainPair } from "./pretrain.ts";

/**
 * How often a step is written wrong, by operation. A policy trained on right programs only would have nothing left that a short RL run can
 * teach; trained on these it knows what is right and often does something else, as a model trained on what people write does. The spread
 * gives every difficulty bucket its share: a program is as likely right as all its steps together.
 */
const SLIP_RATES = [0.02, 0.08, 0.25, 0.5] as const;

/** The slip rate of an operation: fixed by its name, so that held-out problems slip alike. */
export const slipRate = (operation: string): number => stream(`warm-start/slip-rate/${operation}`).pick(SLIP_RATES);

/** A likely mistake: another operation of the same family and types, or of the same types where the family has no other. */
export function mistake(step: Step, random: Random): Step {
  const operation = operationNamed(step.operation);
  const similar = OPERATIONS.filter(({ name, from, to }) => from === operation.from && to === operation.to && name !== operation.name);
  const family = similar.filter(({ hint }) => hint === operation.hint);
  const choices = family.length > 0 ? family : similar;
  if (choices.length === 0) return step;
  const wrong = random.pick(choices);
  const kinds = (parameters: typeof wrong.parameters): string => parameters.map(({ kind }) => kind).join();
  const args = kinds(wrong.parameters) === kinds(operation.parameters) ? step.args : drawArguments(wrong, random);
  return { ...step, operation: wrong.name, args };
}

/** The program as a coder who slips writes it. */
export function withSlips(program: Program, random: Random): Program {
  return program.map((step) => (random.next() < slipRate(step.operation) ? mistake(step, random) : step));
}

/** Problems of one call of the teacher: a memory bound, not a limit of the corpus. */
const CHUNK = 2_000;

/** An endless corpus; pair i depends on the seed alone. */
export function* warmStartCorpus(seed: number): Generator<PretrainPair> {
  for (let chunk = 0; ; chunk += 1) {
    const random = stream(`warm-start/${seed}/${chunk}`);
    for (const { content } of generateProblems({ seed: seed * 100_000 + chunk, count: CHUNK, distinct: false })) {
      const program = readProgram(content);
      const written = program === undefined ? content.reference : renderReference(withSlips(program, random));
      const completion = countTokens(written) > MAX_COMPLETION_TOKENS ? content.reference : written;
      yield { prompt: renderInductionPrompt(content), completion };
    }
  }
}
