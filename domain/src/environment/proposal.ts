// Owns: writing a problem, that is a program and an input of it, after some that are shown (strategy 27). Must not know: who chooses what is shown,
// how what is written is checked, what it is worth.
import type { ProblemContent, ProposalTask } from "../problem.ts";
import { readTeacherReply } from "../synthesis/teacher-reply.ts";
import { EXACT, fillTemplate, type Environment } from "./environment.ts";

/** Compact on purpose, as the other environments' prompts: the embedded policy has 128 tokens in all. */
const TEMPLATE = "{references}{cue}";
const REFERENCE = "{program}\nf({args})\n";

/** Which half of `f(input) == output` will be asked for. */
const CUES: Readonly<Record<ProposalTask, string>> = { DEDUCTION: "f(x) == ?\n", ABDUCTION: "f(?) == x\n" };

/** What takes the place of a hidden test, for people: the checks are the sandbox role's own (`check-written.ts` of the worker). */
const CHECKS = "# Imports nothing banned, runs, returns the same plain value in two runs.\n";

type Shown = Pick<ProblemContent, "reference" | "entryPoint" | "tests">;

/** Whether a problem may be shown: it has a program `f` and an input. */
export const canBeShown = ({ reference, entryPoint, tests: [test] }: Shown): boolean =>
  reference.trim() !== "" && entryPoint === "f" && test?.kind === "call";

/** The proposal that shows these problems, in their order. */
export function composeProposal(task: ProposalTask, references: readonly Shown[]): ProblemContent {
  const shown = references.map(({ reference, tests: [test] }) =>
    fillTemplate(REFERENCE, { program: reference.trimEnd(), args: test?.kind === "call" ? test.args : "" }),
  );
  return {
    environment: "PROPOSAL",
    task,
    message: "",
    entryPoint: "f",
    reference: shown.join(""),
    tests: [{ kind: "check", source: CHECKS }],
    visibleTests: 0,
  };
}

/** The program and its input as the policy would write them. */
export const renderProposal = (program: string, args: string): string => fillTemplate(REFERENCE, { program: program.trimEnd(), args });

const FIRST_CALL = /^f\((?<args>.*)\)[ \t]*$/m;

/** Chat models fence program and input; else the program is what stands before the first line that calls it, and what follows is not read. */
function blocksIn(completion: string): string {
  if (completion.includes("```")) return completion;
  const call = FIRST_CALL.exec(completion.replaceAll("\r\n", "\n"));
  if (call === null) return "";
  return `\`\`\`python\n${call.input.slice(0, call.index)}\n\`\`\`\n\`\`\`input\n${call.groups!["args"]}\n\`\`\`\n`;
}

export const environment: Environment = {
  name: "PROPOSAL",
  summary: "write a program and an input of it; worth 1 - the share of solvers who find the output, or an input",
  template: `${TEMPLATE}${REFERENCE}${CUES.DEDUCTION}${CUES.ABDUCTION}`,
  pose: ({ reference, task = "DEDUCTION" }) => fillTemplate(TEMPLATE, { references: reference, cue: CUES[task] }),
  // A proposal is no answer to anything: `written` is what is done with it.
  extract: () => null,
  written: (completion, { task = "DEDUCTION" }) => {
    const read = readTeacherReply(blocksIn(completion), { environment: task, inputs: 1 });
    return read.ok ? read.written : null;
  },
  judging: EXACT,
  // Known once its solvers are done: `rewardProposal`.
  reward: () => null,
};
