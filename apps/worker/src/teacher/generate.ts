// Owns: drawing problems of graded difficulty from the grammar. Must not know: sandboxes, pass rates, the database.
import { sha256Hex } from "@gradus/domain/content-hash";
import type { ProblemContent, ProblemOrigin } from "@gradus/domain/problem";
import { renderInductionPrompt } from "@gradus/domain/environment/induction";
import { normaliseSource } from "@gradus/domain/normalise-source";
import { stream, type Random } from "@gradus/domain/random";
import { drawInput } from "./inputs.ts";
import { OPERATIONS, operationNamed } from "./operations.ts";
import type { Argument, Operation } from "./operations/operation.ts";
import { inputType, renderMessage, renderReference, trace, type Program, type Step, type Telling } from "./program.ts";
import { pythonLiteral, type Value, type ValueType } from "./value.ts";
import { countTokens, MAX_COMPLETION_TOKENS, MAX_PROMPT_TOKENS } from "./vocabulary.ts";

/** The teacher's name in ProblemOrigin. The number changes whenever the same seed would give other problems. */
export const GRAMMAR_TEACHER = "grammar/1";

/** Inputs of a problem where nobody asks for another number, k in the paper (E.1); the first `VISIBLE` are shown as examples. */
export const INPUTS = 5;
export const VISIBLE = 2;
export const MAX_DEPTH = 4;

/** A problem as the teacher hands it out, before it has an id, a pass rate or a bucket. */
export interface GeneratedProblem {
  readonly content: ProblemContent;
  readonly origin: ProblemOrigin;
  /** Operation names, in order. */
  readonly operations: readonly string[];
  /** SHA-256 of the normalised reference: equal for programs that differ in names, spaces and comments only. */
  readonly astHash: string;
}

export interface GenerateOptions {
  readonly seed: number;
  readonly count: number;
  /** Number of operations in each program, 1 to 4. Default: drawn, 30/35/20/15 in a hundred. */
  readonly depth?: number;
  /** Probability that one step of the message is told incompletely. Default 0.4. */
  readonly vagueness?: number;
  /** Names of operations that are drawn eight times as often (see snippets.ts). */
  readonly snippetOperations?: readonly string[];
  /** Hash of the code window behind `snippetOperations`, for the origin. */
  readonly seedSnippet?: string;
  /** Only these operations; default all. */
  readonly operations?: readonly string[];
  /** Flattens (0) or keeps (1) how much commoner some operations are than others. Default 1: rare ones stay rare, so less practised. */
  readonly rarity?: number;
  /** Inputs of each problem, at least two. Default `INPUTS`. */
  readonly inputs?: number;
  /** False lets a program come back with other inputs and another message: a corpus for pretraining. Default true. */
  readonly distinct?: boolean;
}

/**
 * Problems from the seed alone, without executing anything: outputs come from each operation's own evaluator, which tests hold against
 * CPython. Problem i depends on (seed, options) only, so a longer list begins with the shorter one. Returns fewer than `count` where the
 * options leave fewer distinct programs.
 */
export function generateProblems(options: GenerateOptions): GeneratedProblem[] {
  const problems: GeneratedProblem[] = [];
  const seen = new Set<string>();
  for (let draw = 0; problems.length < options.count && draw < options.count * 40 + 1_000; draw++) {
    const random = stream(`teacher/${GRAMMAR_TEACHER}/${options.seed}/${draw}`);
    const program = drawProgram(options, random);
    const reference = program && renderReference(program);
    if (reference === undefined || (options.distinct !== false && seen.has(reference))) continue;
    const problem = compose(
      program!,
      { teacher: GRAMMAR_TEACHER, seed: options.seed, ...(options.seedSnippet ? { seedSnippet: options.seedSnippet } : {}) },
      random,
      options.inputs,
    );
    if (problem === undefined) continue;
    seen.add(reference);
    problems.push(problem);
  }
  return problems;
}

function drawProgram(options: GenerateOptions, random: Random): Program | undefined {
  const depth = options.depth ?? 1 + random.weighted([0.3, 0.35, 0.2, 0.15]);
  const steps: Step[] = [];
  let type: ValueType = (["list", "text", "int"] as const)[random.weighted([0.75, 0.17, 0.08])]!;
  for (let i = 0; i < depth; i++) {
    const operation = drawOperation(options, type, i === depth - 1, steps.at(-1)?.operation, random);
    if (operation === undefined) return undefined;
    steps.push({ operation: operation.name, args: drawArguments(operation, random), telling: "EXACT" });
    type = operation.to;
  }
  return random.next() < (options.vagueness ?? 0.4) ? blur(steps, random) : steps;
}

function drawOperation(
  options: GenerateOptions,
  type: ValueType,
  isLast: boolean,
  before: string | undefined,
  random: Random,
): Operation | undefined {
  const candidates = OPERATIONS.filter((operation) => operation.from === type && operation.name !== before);
  const weights = candidates.map((operation) => {
    if (options.operations !== undefined && !options.operations.includes(operation.name)) return 0;
    const steered = options.snippetOperations?.includes(operation.name) ? 8 : 1;
    // A list that becomes a number early leaves little to compose.
    const kept = !isLast && operation.to !== type ? 0.25 : 1;
    return operation.weight ** (options.rarity ?? 1) * steered * kept;
  });
  return weights.some((weight) => weight > 0) ? candidates[random.weighted(weights)] : undefined;
}

/** Small constants are likelier, as in code that people write. */
export function drawArguments(operation: Operation, random: Random): readonly Argument[] {
  return operation.parameters.map((parameter) => {
    if (parameter.kind === "letter") return random.pick(Array.from("aeiorstln"));
    const span = parameter.max - parameter.min + 1;
    return parameter.min + (random.next() < 0.6 ? random.int(Math.min(3, span)) : random.int(span));
  });
}

/** Makes one step's telling incomplete. */
export function blur(program: Program, random: Random): Program {
  const at = random.int(program.length);
  return program.map((step, index) => {
    if (index !== at) return step;
    const telling: readonly Telling[] =
      operationNamed(step.operation).parameters.length > 0 ? ["BLANK", "FAMILY", "OMITTED"] : ["FAMILY", "FAMILY", "OMITTED"];
    return { ...step, telling: telling[random.weighted([0.5, 0.35, 0.15])]! };
  });
}

/**
 * Gives a program its inputs and checks that it is worth posing: prompt and solution fit the policy's context, outputs are not all
 * alike, and no step is idle on most inputs. Undefined where it is not.
 */
export function compose(program: Program, origin: ProblemOrigin, random: Random, inputs = INPUTS): GeneratedProblem | undefined {
  const reference = renderReference(program);
  if (countTokens(reference) > MAX_COMPLETION_TOKENS) return undefined;
  const traces = drawTraces(program, random, inputs);
  if (traces === undefined) return undefined;
  const content: ProblemContent = {
    environment: "INDUCTION",
    message: renderMessage(program),
    entryPoint: "f",
    reference,
    tests: traces.map((values) => ({ kind: "call" as const, args: pythonLiteral(values[0]!), expected: pythonLiteral(values.at(-1)!) })),
    visibleTests: VISIBLE,
  };
  if (countTokens(renderInductionPrompt(content)) > MAX_PROMPT_TOKENS) return undefined;
  return { content, origin, operations: program.map((step) => step.operation), astHash: sha256Hex(normaliseSource(reference)) };
}

function drawTraces(program: Program, random: Random, inputs: number): readonly (readonly Value[])[] | undefined {
  const type = inputType(program);
  const traces = new Map<string, readonly Value[]>();
  for (let tries = 0; traces.size < inputs && tries < 8 * inputs; tries++) {
    const x = drawInput(type, traces.size < VISIBLE, random);
    const values = trace(program, x);
    if (values !== undefined) traces.set(pythonLiteral(x), values);
  }
  const all = [...traces.values()];
  if (all.length < inputs) return undefined;
  const literals = all.map((values) => values.map(pythonLiteral));
  const distinctOutputs = new Set(literals.map((line) => line.at(-1))).size;
  const isIdle = program.some((_, i) => literals.filter((line) => line[i] !== line[i + 1]).length < inputs / 2);
  // The examples must show something: an output that is the input, twice, says nothing of the program.
  const examplesShow = literals.slice(0, VISIBLE).some((line) => line[0] !== line.at(-1));
  return distinctOutputs >= Math.min(3, inputs) && !isIdle && examplesShow ? all : undefined;
}
