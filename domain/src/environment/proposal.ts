// Owns: writing a problem, that is a program and an input of it after some that are shown, or a message and inputs for one that is shown (strategy
// 27). Must not know: who chooses what is shown, how what is written is checked, what it is worth.
import type { ProblemContent, ProposalTask } from "../problem.ts";
import { readTeacherReply } from "../synthesis/teacher-reply.ts";
import { EXACT, fillTemplate, type Environment } from "./environment.ts";

/** Compact on purpose, as the other environments' prompts: the embedded policy has 128 tokens in all. */
const TEMPLATE = "{references}{cue}";
const REFERENCE = "{program}\nf({args})\n";
/** What an induction is about, without an input, and its parts as they are written. */
const PROGRAM = "{program}\n";
const CALL = "f({args})\n";

/** Which part of `f(input) == output` will be asked for. */
const CUES: Readonly<Record<ProposalTask, string>> = {
  DEDUCTION: "f(x) == ?\n",
  ABDUCTION: "f(?) == x\n",
  INDUCTION: "?(x) == x, {inputs} x\n",
};

/** What takes the place of a hidden test, for people: the checks are the sandbox role's own (`check-written.ts` of the worker). */
const CHECKS = "# Imports nothing banned, runs, returns the same plain value in two runs.\n";

type Shown = Pick<ProblemContent, "reference" | "entryPoint" | "tests">;

/** Whether a problem may be shown: it has a program `f` and an input. */
export const canBeShown = ({ reference, entryPoint, tests: [test] }: Shown): boolean =>
  reference.trim() !== "" && entryPoint === "f" && test?.kind === "call";

/** The proposal that shows these problems, in their order. `inputs`: of an induction, which is about the one program that it shows. */
export function composeProposal(task: ProposalTask, references: readonly Shown[], inputs?: number): ProblemContent {
  const shown = references.map(({ reference, tests: [test] }) =>
    fillTemplate(task === "INDUCTION" ? PROGRAM : REFERENCE, {
      program: reference.trimEnd(),
      args: test?.kind === "call" ? test.args : "",
    }),
  );
  return {
    environment: "PROPOSAL",
    task,
    ...(inputs === undefined ? {} : { inputs }),
    message: "",
    entryPoint: "f",
    reference: shown.join(""),
    tests: [{ kind: "check", source: CHECKS }],
    visibleTests: 0,
  };
}

/** The program and its input as the policy would write them. */
export const renderProposal = (program: string, args: string): string => fillTemplate(REFERENCE, { program: program.trimEnd(), args });

/** A message and inputs as the policy would write them. */
export const renderInduction = (message: string, inputs: readonly string[]): string =>
  `${message}\n${inputs.map((args) => fillTemplate(CALL, { args })).join("")}`;

const CALL_LINE = /^f\((?<args>.*)\)[ \t]*$/;

/**
 * Chat models fence the parts; else what stands before the first line that calls `f` is the first part, `inputs` lines of calls are the others, and
 * what follows is not read.
 */
function blocksIn(completion: string, first: "python" | "message", inputs: number): string {
  if (completion.includes("```")) return completion;
  const lines = completion.replaceAll("\r\n", "\n").split("\n");
  const calls = lines.map((line) => CALL_LINE.exec(line)?.groups!["args"]);
  const begin = calls.findIndex((args) => args !== undefined);
  if (begin === -1) return "";
  const end = calls.indexOf(undefined, begin);
  const given = calls.slice(begin, end === -1 ? undefined : end).slice(0, inputs);
  return [[first, lines.slice(0, begin).join("\n")], ...given.map((args) => ["input", args])]
    .map(([tag, text]) => `\`\`\`${tag}\n${text}\n\`\`\`\n`)
    .join("");
}

export const environment: Environment = {
  name: "PROPOSAL",
  summary: "write a program and an input of it, or a message and inputs for a program; worth 1 - the share of solvers who are right",
  template: `${TEMPLATE}${REFERENCE}${PROGRAM}${CALL}${Object.values(CUES).join("")}`,
  pose: ({ reference, task = "DEDUCTION", inputs = 1 }) =>
    fillTemplate(TEMPLATE, { references: reference, cue: fillTemplate(CUES[task], { inputs: String(inputs) }) }),
  // A proposal is no answer to anything: `written` is what is done with it.
  extract: () => null,
  written: (completion, { task = "DEDUCTION", inputs = 1, reference }) => {
    const isInduction = task === "INDUCTION";
    const blocks = blocksIn(completion, isInduction ? "message" : "python", inputs);
    const read = readTeacherReply(blocks, { environment: task, inputs, ...(isInduction && { program: reference }) });
    return read.ok ? read.written : null;
  },
  judging: EXACT,
  // Known once its solvers are done: `rewardProposal`.
  reward: () => null,
};
