// Owns: making a problem harder or easier by one change. Must not know: pass rates, how many turns there are, sandboxes.
import { contentHash } from "@gradus/domain/content-hash";
import type { ProblemOrigin } from "@gradus/domain/problem";
import { stream, type Random } from "@gradus/domain/random";
import { blur, compose, drawArguments, GRAMMAR_TEACHER, MAX_DEPTH, type GeneratedProblem } from "./generate.ts";
import { OPERATIONS, operationNamed } from "./operations.ts";
import { readProgram, renderMessage, renderReference, type Program, type Step } from "./program.ts";

export type Direction = "harder" | "easier";

/** A change of a program, or undefined where there is nothing of that kind to change. */
type Change = (program: Program, random: Random) => Program | undefined;

/**
 * A new, standalone problem one change away: longer, less plainly told or with rarer operations; or the opposite. Its origin names the
 * parent, the chain and the rung above the parent's. Undefined where the problem was not written by this teacher, or no change in that
 * direction is left (four exact common steps down to one; four vague ones up). The same arguments give the same problem.
 */
export function mutate(
  problem: Pick<GeneratedProblem, "content" | "origin">,
  direction: Direction,
  seed: number,
): GeneratedProblem | undefined {
  const program = readProgram(problem.content);
  if (program === undefined) return undefined;
  const parentHash = contentHash(problem.content);
  const origin: ProblemOrigin = {
    teacher: GRAMMAR_TEACHER,
    seed,
    ...(problem.origin.seedSnippet === undefined ? {} : { seedSnippet: problem.origin.seedSnippet }),
    parentHash,
    chain: problem.origin.chain ?? parentHash,
    rung: (problem.origin.rung ?? 0) + 1,
  };
  const random = stream(`teacher/${GRAMMAR_TEACHER}/mutate/${direction}/${seed}/${parentHash}`);
  // Problems of the other environments keep one test of theirs.
  const inputs = problem.content.environment === "INDUCTION" ? problem.content.tests.length : undefined;
  for (let tries = 0; tries < 60; tries++) {
    const changed = random.pick(direction === "harder" ? HARDER : EASIER)(program, random);
    if (changed === undefined || isSame(changed, program)) continue;
    const mutated = compose(changed, origin, random, inputs);
    if (mutated !== undefined) return mutated;
  }
  return undefined;
}

function isSame(a: Program, b: Program): boolean {
  return renderReference(a) === renderReference(b) && renderMessage(a) === renderMessage(b);
}

const isVague = (program: Program): boolean => program.some((step) => step.telling !== "EXACT");
const plain = (program: Program): Program => program.map((step) => ({ ...step, telling: "EXACT" as const }));

const lengthen: Change = (program, random) => {
  if (program.length >= MAX_DEPTH) return undefined;
  const at = random.int(program.length + 1);
  const last = program.at(-1)!;
  const type = at < program.length ? operationNamed(program[at]!.operation).from : operationNamed(last.operation).to;
  // Inside a chain the types on both sides must stay; at its end any result will do.
  const choices = OPERATIONS.filter((operation) => operation.from === type && (at === program.length || operation.to === type));
  if (choices.length === 0) return undefined;
  const operation = choices[random.weighted(choices.map(({ weight }) => weight))]!;
  const step: Step = { operation: operation.name, args: drawArguments(operation, random), telling: "EXACT" };
  return program.toSpliced(at, 0, step);
};

const shorten: Change = (program, random) => {
  if (program.length === 1) return undefined;
  const at = random.int(program.length);
  const { from, to } = operationNamed(program[at]!.operation);
  return from === to || at === program.length - 1 ? program.toSpliced(at, 1) : undefined;
};

/** Swaps one step for a commoner or rarer operation of the same types. */
const swap =
  (isWanted: (weight: number, than: number) => boolean): Change =>
  (program, random) => {
    const at = random.int(program.length);
    const { name, from, to, weight } = operationNamed(program[at]!.operation);
    const choices = OPERATIONS.filter(
      (other) => other.from === from && other.to === to && other.name !== name && isWanted(other.weight, weight),
    );
    if (choices.length === 0) return undefined;
    const operation = random.pick(choices);
    return program.with(at, { operation: operation.name, args: drawArguments(operation, random), telling: program[at]!.telling });
  };

const HARDER: readonly Change[] = [
  lengthen,
  lengthen,
  (program, random) => (isVague(program) ? undefined : blur(program, random)),
  swap((weight, than) => weight < than),
];

const EASIER: readonly Change[] = [
  shorten,
  shorten,
  (program) => (isVague(program) ? plain(program) : undefined),
  swap((weight, than) => weight > than),
];
