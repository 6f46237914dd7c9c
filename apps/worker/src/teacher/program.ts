// Owns: a chain of operations, its Python text, its message, its meaning, and the way back from text. Must not know: seeds, difficulty.
import type { ProblemContent } from "@gradus/domain/problem";
import { OPERATIONS, operationNamed } from "./operations.ts";
import { fill, type Argument } from "./operations/operation.ts";
import { isSmall, type Value, type ValueType } from "./value.ts";

/**
 * How much of a step its message tells. EXACT: all. BLANK: arguments replaced by `?`. FAMILY: only the hint shared by similar operations.
 * OMITTED: a lone `?`. What is not told must be inferred from the visible examples.
 */
export type Telling = "EXACT" | "BLANK" | "FAMILY" | "OMITTED";

export interface Step {
  readonly operation: string;
  readonly args: readonly Argument[];
  readonly telling: Telling;
}

/** A linear composition; the value of each step is the input of the next. Never empty. */
export type Program = readonly Step[];

const HEAD = "def f(x):\n";
const THEN = " then ";

export function inputType(program: Program): ValueType {
  return operationNamed(program[0]!.operation).from;
}

/** The Python text: one line a step, the last one returned. */
export function renderReference(program: Program): string {
  const lines = program.map((step, index) => {
    const expression = fill(operationNamed(step.operation).code, step.args);
    return index === program.length - 1 ? ` return ${expression}\n` : ` x = ${expression}\n`;
  });
  return HEAD + lines.join("");
}

export function renderMessage(program: Program): string {
  return program.map(renderPhrase).join(THEN);
}

function renderPhrase(step: Step): string {
  const operation = operationNamed(step.operation);
  if (step.telling === "OMITTED") return "?";
  if (step.telling === "FAMILY") return operation.hint;
  return fill(operation.phrase, step.telling === "BLANK" ? step.args.map(() => "?") : step.args);
}

/** What Python returns for `f(x)`; undefined where it raises or a value on the way is not small. */
export function evaluate(program: Program, x: Value): Value | undefined {
  return trace(program, x)?.at(-1);
}

/** The input and the value after each step; undefined as in `evaluate`. */
export function trace(program: Program, x: Value): readonly Value[] | undefined {
  const values = [x];
  for (const step of program) {
    const value = operationNamed(step.operation).evaluate(values.at(-1)!, step.args);
    if (value === undefined || !isSmall(value)) return undefined;
    values.push(value);
  }
  return values;
}

/** The program behind a problem of this teacher; undefined for any other. */
export function readProgram({ reference, message, tests }: Pick<ProblemContent, "reference" | "message" | "tests">): Program | undefined {
  const first = tests[0];
  if (!reference.startsWith(HEAD) || first?.kind !== "call") return undefined;
  const lines = reference.slice(HEAD.length).split("\n").slice(0, -1);
  const phrases = message.split(THEN);
  if (lines.length === 0 || lines.length !== phrases.length) return undefined;
  // A line may belong to several operations (`x[::-1]` of lists and of texts): keep the chain whose types fit and whose text is the same.
  const chains = lines.reduce<readonly Program[]>(
    (open, line, index) =>
      open.flatMap((chain) => readStep(line, phrases[index]!, typeAfter(chain, first.args)).map((step) => [...chain, step])),
    [[]],
  );
  return chains.find((chain) => renderReference(chain) === reference && renderMessage(chain) === message);
}

function typeAfter(chain: Program, input: string): ValueType {
  if (chain.length > 0) return operationNamed(chain.at(-1)!.operation).to;
  return input.startsWith("[") ? "list" : input.startsWith("'") ? "text" : "int";
}

function readStep(line: string, phrase: string, type: ValueType): readonly Step[] {
  const code = line.replace(/^ (?:x =|return) /, "");
  return READERS.filter(({ operation }) => operation.from === type).flatMap(({ operation, pattern }) => {
    const match = pattern.exec(code);
    if (match === null) return [];
    const args = operation.parameters.map((parameter, index) =>
      parameter.kind === "int" ? Number(match.groups![`a${index}`]) : match.groups![`a${index}`]!,
    );
    return TELLINGS.map((telling): Step => ({ operation: operation.name, args, telling })).filter((step) => renderPhrase(step) === phrase);
  });
}

const TELLINGS: readonly Telling[] = ["EXACT", "BLANK", "FAMILY", "OMITTED"];

/** A template read backwards. It may name one argument twice: later mentions are back-references. */
const READERS = OPERATIONS.map((operation) => {
  const seen = new Set<string>();
  const escaped = operation.code.replace(/[.*+?^$()|[\]\\]/g, String.raw`\$&`);
  const pattern = escaped.replace(/\{(\d)\}/g, (_, index: string) => {
    if (seen.has(index)) return String.raw`\k<a${index}>`;
    seen.add(index);
    return String.raw`(?<a${index}>\d+|[a-z])`;
  });
  return { operation, pattern: new RegExp(`^${pattern}$`) };
});
