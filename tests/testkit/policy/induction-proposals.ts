// Owns: what the self-play warm start has not read: inductions to write, a message and inputs for a program, and to solve. Must not know: what is
// made of it.
import { environmentNamed } from "@gradus/domain";
import { composeProposal, renderInduction } from "@gradus/domain/environment/proposal";
import type { PretrainPair } from "@gradus/worker/policy/pretrain";
import { selfPlayCorpus } from "@gradus/worker/policy/build-self-play";
import { generateProblems } from "@gradus/worker/teacher/generate";
import { countTokens, MAX_COMPLETION_TOKENS, MAX_PROMPT_TOKENS } from "@gradus/worker/teacher/vocabulary";

/** As many as a completion of the quickstart's model has room for. */
export const INPUTS = 3;

const CHUNK = 2_000;

/** An endless corpus; pair i depends on the seed alone. */
export function* inductionProposals(seed: number): Generator<PretrainPair> {
  const { pose } = environmentNamed("PROPOSAL");
  for (let chunk = 0; ; chunk += 1)
    for (const { content } of generateProblems({ seed: seed * 100_000 + chunk, count: CHUNK, depth: 1, vagueness: 0, distinct: false })) {
      const calls = content.tests.flatMap((test) => (test.kind === "call" ? [test] : [])).slice(0, INPUTS);
      const prompt = pose(composeProposal("INDUCTION", [content], INPUTS));
      const completion = renderInduction(
        content.message.trim(),
        calls.map(({ args }) => args),
      );
      const fits = countTokens(prompt) <= MAX_PROMPT_TOKENS && countTokens(completion) <= MAX_COMPLETION_TOKENS;
      if (fits && calls.length === INPUTS && new Set(calls.map(({ expected }) => expected)).size > 1) yield { prompt, completion };
    }
}

/** Inductions to write and what the self-play warm start was made of, in turns. */
export function* withInductions(seed: number): Generator<PretrainPair> {
  const corpora = [inductionProposals(seed), selfPlayCorpus(seed + 1)];
  for (;;) for (const corpus of corpora) yield corpus.next().value as PretrainPair;
}
