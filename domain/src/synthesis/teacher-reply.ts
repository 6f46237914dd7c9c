// Owns: reading a teacher's reply: a program, inputs and a message, or every reason why it is none, in words that the teacher can act on.
// Must not know: models, how a problem is executed.
import { parsePythonLiteral } from "../python-literal.ts";
import { PythonValueError } from "../python-value.ts";
import type { WrittenProblem } from "../written-problem.ts";
import type { SynthesisEnvironment } from "./synthesis-spec.ts";

export type ReadReply =
  | { readonly ok: true; readonly written: WrittenProblem }
  /** In the order of the reply's parts; never empty. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Functions that the program must define, each once. */
export const FUNCTIONS: Readonly<Record<SynthesisEnvironment, readonly string[]>> = {
  INDUCTION: ["f"],
  ABDUCTION: ["f"],
  DEDUCTION: ["f"],
  FUZZING: ["f", "pre_test_f", "test_f"],
};

const TAGS = ["python", "input", "message"] as const;
type Tag = (typeof TAGS)[number];
const MAX_MESSAGE = 2_000;

interface Block {
  readonly tag: string;
  readonly text: string;
  readonly closed: boolean;
}

export interface Wanted {
  readonly environment: SynthesisEnvironment;
  /** Of an induction; other environments have one. */
  readonly inputs: number;
  /** The program, where it is there already: what the reply writes of one is not read. */
  readonly program?: string;
}

/** Reads strictly: what is not as it was asked for is told, never guessed at. `isCut`: the reply ended at its token limit. */
export function readTeacherReply(reply: string, { environment, inputs, program: known }: Wanted, isCut = false): ReadReply {
  const answer = answerIn(reply);
  if (answer.trim() === "")
    return { ok: false, problems: [isCut ? "The reply was cut before any answer! Think more briefly." : "The reply held no answer!"] };
  const blocks = blocksOf(answer);
  const of = (tag: Tag): string[] => blocks.filter((block) => block.tag === tag).map(({ text }) => text.trim());
  const wanted = environment === "INDUCTION" ? inputs : 1;
  const programs = known === undefined ? of("python") : [known];
  const given = of("input");
  const messages = of("message");
  const strange = [...new Set(blocks.map(({ tag }) => tag).filter((tag) => !(TAGS as readonly string[]).includes(tag)))];
  const problems: (string | null)[] = [
    blocks.some(({ closed }) => !closed)
      ? isCut
        ? "The reply was cut inside a block! Think more briefly and write less."
        : "A block was not closed with ```!"
      : null,
    strange.length > 0
      ? `Blocks may be marked python, input or message only; ${strange.map((tag) => (tag === "" ? "one without a mark" : `"${tag.slice(0, 20)}"`)).join(", ")} was found!`
      : null,
    programs.length === 0
      ? "No python block found!"
      : programs.length > 1
        ? `${programs.length} python blocks found, one is wanted!`
        : null,
    ...(programs.length === 1 ? problemsOfProgram(programs[0]!, environment) : []),
    given.length === wanted
      ? null
      : `${given.length === 0 ? "No" : given.length} input block${given.length === 1 ? "" : "s"} found, ${wanted} wanted!`,
    ...given.map((text, at) => problemOfInput(text, at)),
    ...(environment === "INDUCTION" ? [problemOfMessage(messages)] : []),
  ];
  const told = problems.filter((problem) => problem !== null);
  if (told.length > 0) return { ok: false, problems: told };
  return {
    ok: true,
    written: {
      program: `${programs[0]!.replaceAll("\r\n", "\n").trimEnd()}\n`,
      inputs: given,
      message: environment === "INDUCTION" ? messages[0]! : "",
    },
  };
}

/** What follows the thinking, and the answer's inside where it is marked. A reply that thinks without end has no answer. */
function answerIn(reply: string): string {
  const open = reply.lastIndexOf("<think>");
  const close = reply.lastIndexOf("</think>");
  if (open > close) return "";
  const said = close === -1 ? reply : reply.slice(close + "</think>".length);
  const begin = said.indexOf("<answer>");
  if (begin === -1) return said;
  const end = said.lastIndexOf("</answer>");
  return said.slice(begin + "<answer>".length, end > begin ? end : undefined);
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let open: { tag: string; lines: string[] } | null = null;
  for (const line of text.replaceAll("\r\n", "\n").split("\n")) {
    const fence = /^[ \t]*```([^\s`]*)[ \t]*$/.exec(line);
    if (fence === null) open?.lines.push(line);
    else if (open === null) open = { tag: fence[1]!.toLowerCase(), lines: [] };
    else {
      blocks.push({ tag: open.tag, text: open.lines.join("\n"), closed: true });
      // A mark where a block should have been closed begins the next one.
      open = fence[1] === "" ? null : { tag: fence[1]!.toLowerCase(), lines: [] };
    }
  }
  if (open !== null) blocks.push({ tag: open.tag, text: open.lines.join("\n"), closed: false });
  return blocks;
}

function problemsOfProgram(program: string, environment: SynthesisEnvironment): (string | null)[] {
  return [
    ...FUNCTIONS[environment].map((name) => {
      const count = [...program.matchAll(new RegExp(String.raw`^def[ \t]+${name}[ \t]*\(`, "gm"))].length;
      return count === 1 ? null : count === 0 ? `The program does not define ${name}!` : `The program defines ${name} ${count} times!`;
    }),
    /(?<![\w.])print[ \t]*\(/.test(program) ? "The program must not print!" : null,
  ];
}

function problemOfInput(text: string, at: number): string | null {
  if (text === "") return `Input ${at + 1} is empty!`;
  try {
    parsePythonLiteral(`(${text},)`);
    return null;
  } catch (error) {
    // Tolerated: any text at all. What is no literal is told.
    if (!(error instanceof PythonValueError)) throw error;
    return `Input ${at + 1} is not Python literals separated by commas!`;
  }
}

function problemOfMessage(messages: readonly string[]): string | null {
  if (messages.length === 0) return "No message found! Make sure to correctly format the message.";
  if (messages.length > 1) return `${messages.length} messages found, one is wanted!`;
  if (messages[0] === "") return "The message is empty!";
  return messages[0]!.length > MAX_MESSAGE ? `The message is longer than ${MAX_MESSAGE} characters!` : null;
}

const flat = (text: string): string => text.replaceAll(/\s+/g, "");

/** Whether a message gives the program away: a definition, or a whole line of its body of some length. */
export function leaksCode(message: string, program: string): boolean {
  const told = flat(message);
  return (
    /\bdef\s+\w+\s*\(|\blambda\b.*:/.test(message) ||
    program
      .split("\n")
      .slice(1)
      .map(flat)
      .some((line) => line.length >= 12 && told.includes(line))
  );
}
