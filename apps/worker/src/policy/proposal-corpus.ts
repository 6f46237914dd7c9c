// Owns: what a warm start for self-play reads: proposals with one-step programs and an input, some of them without. Must not know: the engine,
// executing.
import { environmentNamed } from "@gradus/domain";
import type { ProblemContent, ProposalTask } from "@gradus/domain";
import { composeProposal, renderProposal } from "@gradus/domain/environment/proposal";
import { stream } from "@gradus/domain/random";
import { countTokens, MAX_COMPLETION_TOKENS, MAX_PROMPT_TOKENS } from "../teacher/vocabulary.ts";
import { literalProblems, LITERAL_ENVIRONMENTS } from "./literal-corpus.ts";
import type { PretrainPair } from "./pretrain.ts";

/** Problems of one call of the teacher: a memory bound, not a limit of the corpus. */
const CHUNK = 2_000;

/** Problems that a prompt shows at most: more of one step do not fit the quickstart's model. */
const MOST_SHOWN = 3;

/** How often the input is left out: without it every proposal would be a problem, and RL would have nothing to teach the proposer. */
const SLIPS = 0.25;

/** An endless corpus; pair i depends on the seed alone. What is written is never one of those that are shown. */
export function* proposalCorpus(seed: number): Generator<PretrainPair> {
  for (let chunk = 0; ; chunk += 1) {
    const random = stream(`proposal-corpus/${seed}/${chunk}`);
    const problems = literalProblems(seed * 100_000 + chunk, CHUNK, "DEDUCTION").map(({ content }) => content);
    for (const [index, written] of problems.entries()) {
      const task: ProposalTask = LITERAL_ENVIRONMENTS[index % LITERAL_ENVIRONMENTS.length]!;
      const shown: ProblemContent[] = [];
      for (let tries = random.int(MOST_SHOWN + 1); tries > 0; tries--) {
        const next = random.pick(problems);
        if (next.reference !== written.reference && countTokens(promptOf(task, [...shown, next])) <= MAX_PROMPT_TOKENS) shown.push(next);
      }
      const [test] = written.tests;
      const completion = random.next() < SLIPS || test?.kind !== "call" ? written.reference : renderProposal(written.reference, test.args);
      if (countTokens(completion) <= MAX_COMPLETION_TOKENS) yield { prompt: promptOf(task, shown), completion };
    }
  }
}

const promptOf = (task: ProposalTask, shown: readonly ProblemContent[]): string =>
  environmentNamed("PROPOSAL").pose(composeProposal(task, shown));
