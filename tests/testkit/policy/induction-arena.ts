// Owns: measuring and training a policy on the teacher's problems with the real sandbox, without workflows. Must not know: Temporal, the database.
import { environmentNamed } from "@gradus/domain";
import { stream } from "@gradus/domain/random";
import { bootstrapMean } from "@gradus/domain/statistics/bootstrap";
import type { Estimate } from "@gradus/domain/statistics/interval";
import type { EmbeddedEngine } from "@gradus/worker/policy/embedded/embedded-engine";
import { QUICKSTART_RL } from "@gradus/worker/policy/quickstart-rl";
import type { SampleRow } from "@gradus/worker/policy/policy-engine";
import { judge, probesOf } from "@gradus/worker/sandbox/judge";
import { DEFAULT_LIMITS } from "@gradus/worker/sandbox/sandbox";
import type { Sandbox } from "@gradus/worker/sandbox/sandbox";
import { isHeldOut, literalProblems } from "@gradus/worker/policy/literal-corpus";
import type { LiteralEnvironment } from "@gradus/worker/policy/literal-corpus";
import { generateProblems } from "@gradus/worker/teacher/generate";
import type { GeneratedProblem } from "@gradus/worker/teacher/generate";
import { grpo } from "./grpo.ts";

const PROBLEM_SEED = 1;
const TRAINING_PROBLEMS = 1_000;
/** A broken slot is replaced and the program executed again, as in the execute stage. */
const SANDBOX_TRIES = 3;

/** 1 for a completion that passes every hidden test, 0 for any other. @throws Error when the sandbox itself stays broken */
async function rewardOf(sandbox: Sandbox, { content }: GeneratedProblem, completion: string): Promise<number> {
  const environment = environmentNamed(content.environment);
  const source = environment.extract(completion, content);
  if (source === null) return 0;
  const limits = { ...DEFAULT_LIMITS, cpuMs: 1_000, wallMs: 10_000 };
  const request = { language: "python", source, probes: probesOf(content.entryPoint, content.tests), limits } as const;
  for (let tries = 1; ; tries += 1) {
    const execution = await sandbox.execute(request);
    const reward = environment.reward(judge(execution, content.tests, environment.judging));
    if (reward !== null) return reward;
    if (tries === SANDBOX_TRIES) throw new Error(`the sandbox is broken: ${execution.detail ?? "no detail"}`);
  }
}

export interface Arena {
  readonly engine: EmbeddedEngine;
  readonly sandbox: Sandbox;
}

const promptOf = ({ engine }: Arena, problem: GeneratedProblem): number[] =>
  engine.tokenizer.encode(environmentNamed(problem.content.environment).pose(problem.content));

/** Problems to train on and `count` problems to measure with, of one distribution, no program in both. */
export function splitProblems(count: number): { readonly training: GeneratedProblem[]; readonly heldOut: GeneratedProblem[] } {
  const pool = stream("arena/split").shuffle(generateProblems({ seed: PROBLEM_SEED, count: TRAINING_PROBLEMS + 2 * count }));
  const training = pool.slice(0, TRAINING_PROBLEMS);
  const known = new Set(training.map((problem) => problem.astHash));
  const heldOut = pool.slice(TRAINING_PROBLEMS).filter((problem) => !known.has(problem.astHash));
  return { training, heldOut: heldOut.slice(0, count) };
}

/** The same for abduction or deduction, no prompt in both. */
export function splitLiteralProblems(
  name: LiteralEnvironment,
  count: number,
): { readonly training: GeneratedProblem[]; readonly heldOut: GeneratedProblem[] } {
  const posed = literalProblems(PROBLEM_SEED, 20 * count, name);
  const distinct = [...new Map(posed.map((problem) => [environmentNamed(name).pose(problem.content), problem])).values()];
  return { training: distinct.filter((problem) => !isHeldOut(problem)), heldOut: distinct.filter(isHeldOut).slice(0, count) };
}

/** Share of `attempts` completions that pass, problem by problem. The same streams for every model: a paired measurement. */
export async function passRates(arena: Arena, modelId: string, problems: readonly GeneratedProblem[], attempts: number): Promise<number[]> {
  const { engine, sandbox } = arena;
  const rows = problems.flatMap((problem, index) => {
    const promptTokens = promptOf(arena, problem);
    return Array.from({ length: attempts }, (_, attempt): SampleRow => ({ promptTokens, stream: `arena/${index}/${attempt}` }));
  });
  const samples = await engine.sample(modelId, rows, QUICKSTART_RL.sampling);
  const rewards = await Promise.all(
    samples.map(({ tokens }, index) =>
      rewardOf(sandbox, problems[Math.floor(index / attempts)] as GeneratedProblem, engine.tokenizer.decode(tokens)),
    ),
  );
  return problems.map(
    (_, index) => rewards.slice(index * attempts, (index + 1) * attempts).reduce((sum, reward) => sum + reward, 0) / attempts,
  );
}

/** Runs the quickstart's RL on training problems drawn uniformly. */
export async function train(
  arena: Arena,
  modelId: string,
  training: readonly GeneratedProblem[],
  { seed, shuffled }: { readonly seed: number; readonly shuffled: boolean },
): Promise<void> {
  const { engine, sandbox } = arena;
  const random = stream(`arena/draw/${seed}`);
  await grpo<GeneratedProblem>({
    engine,
    modelId,
    ...QUICKSTART_RL,
    streams: `arena/${seed}`,
    draw: () => Array.from({ length: QUICKSTART_RL.groups }, () => random.pick(training)),
    prompt: (problem) => promptOf(arena, problem),
    reward: (completions) => Promise.all(completions.map(({ task, tokens }) => rewardOf(sandbox, task, engine.tokenizer.decode(tokens)))),
    ...(shuffled ? { shuffle: stream(`arena/shuffle/${seed}`) } : {}),
  });
}

/** Mean change of the pass rate with its 95% paired bootstrap interval over problems. */
export const pairedChange = (before: readonly number[], after: readonly number[]): Estimate =>
  bootstrapMean(
    after.map((rate, index) => rate - (before[index] ?? 0)),
    { seed: 1, over: "PROBLEMS" },
  );
