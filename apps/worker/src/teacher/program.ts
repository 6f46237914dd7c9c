// Owns: a chain of operations, its Python text, its message, its meaning, and the way back from text. Must not know: seeds, difficulty.
import { OPERATIONS, operationNamed } from "./operations.ts";
import { fill, type Argument, type Operation } from "./operations/operation.ts";
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

/** The program behind a reference and message written by this teacher; undefined for any other text. */
export function readProgram(reference: string, message: string): Program | undefined {
  if (!reference.startsWith(HEAD)) return undefined;
  const lines = reference.slice(HEAD.length).split("\n").slice(0, -1);
  const phrases = message.split(THEN);
  if (lines.length === 0 || lines.length !== phrases.length) return undefined;
  // A line may belong to several operations (`x[::-1]` of lists and of texts): keep the chain whose types fit and whose text is the same.
  const chains = lines.reduce<readonly Program[]>(
    (open, line, index) => open.flatMap((chain) => readStep(line, phrases[index]!, chain).map((step) => [...chain, step])),
    [[]],
  );
  return chains.find((chain) => renderReference(chain) === reference && renderMessage(chain) === message);
}

function readStep(line: string, phrase: string, before: Program): readonly Step[] {
  const code = line.replace(/^ (?:x =|return) /, "");
  const type = before.length === 0 ? undefined : operationNamed(before.at(-1)!.operation).to;
  return OPERATIONS.filter((operation) => type === undefined || operation.from === type).flatMap((operation) => {
    const args = readArguments(operation, code);
    if (args === undefined) return [];
    const step = (telling: Telling): Step => ({ operation: operation.name, args, telling });
    return TELLINGS.map(step).filter((candidate) => renderPhrase(candidate) === phrase);
  });
}

const TELLINGS: readonly Telling[] = ["EXACT", "BLANK", "FAMILY", "OMITTED"];

function readArguments(operation: Operation, code: string): readonly Argument[] | undefined {
  const pattern = operation.code
    .replace(/[.*+?^$()|[\]\\]/g, String.raw`\$&`)
    .replace(/\{(\d)\}/g, (_, index: string) => `(?<a${index}>\\d+|[a-z])`);
  const match = new RegExp(`^${dedupeGroups(pattern)}$`).exec(code);
  if (match === null) return undefined;
  return operation.parameters.map((parameter, index) => {
    const text = match.groups![`a${index}`]!;
    return parameter.kind === "int" ? Number(text) : text;
  });
}

/** A template may name one argument twice; later mentions become back-references. */
function dedupeGroups(pattern: string): string {
  const seen = new Set<string>();
  return pattern.replace(/\(\?<(a\d)>[^)]*\)/g, (group, name: string) => (seen.has(name) ? `\\k<${name}>` : (seen.add(name), group)));
}
