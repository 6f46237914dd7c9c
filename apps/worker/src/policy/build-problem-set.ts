// Owns: the recipe of the quickstart's problems: written by the teacher, checked, each attempted 32 times by the warm start (paper 2.4).
// Must not know: where the lines are kept, the database.
import { bucketOf, contentHash, environmentNamed } from "@gradus/domain";
import { stream } from "@gradus/domain/random";
import type { Problem, ProblemContent } from "@gradus/domain";
import { judge, probesOf } from "../sandbox/judge.ts";
import { DEFAULT_LIMITS } from "../sandbox/sandbox.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { generateProblems } from "../teacher/generate.ts";
import type { GeneratedProblem } from "../teacher/generate.ts";
import { validateProblems } from "../teacher/validate.ts";
import type { PolicyEngine } from "./policy-engine.ts";
import { QUICKSTART_RL } from "./quickstart-rl.ts";

/**
 * `teacherSeed` is none that the warm start has read; `attempts` is the paper's M. The teacher's own shares of depth leave too few easy
 * problems (6 % of what is measured): short programs are few, and the drawn repeats are dropped. Asked for by depth, each broad bucket
 * gets its tenth. `vagueness` as in `generateProblems`.
 */
export const PROBLEM_SET_RECIPE = {
  teacherSeed: 20_261_122,
  train: 560,
  heldOut: 240,
  attempts: 32,
  depths: [
    { depth: 1, count: 310, vagueness: 0 },
    { depth: 2, count: 310, vagueness: 0.2 },
    { depth: 3, count: 130, vagueness: 0.4 },
    { depth: 4, count: 50, vagueness: 0.4 },
  ],
} as const;

/** Problems attempted at a time: two sampling batches of the quickstart's engine. */
const PROBLEMS_AT_ONCE = 4;

export interface BuildProblemSetOptions {
  /** Only the first so many problems, for tests. */
  readonly count?: number;
  readonly onProgress?: (done: number, of: number) => void;
}

/** The problems with k of M passes and their bucket. The same lines wherever the engine samples the same tokens. @throws Error for a broken sandbox */
export async function buildProblemSet(
  engine: PolicyEngine,
  modelId: string,
  sandbox: Sandbox,
  options: BuildProblemSetOptions = {},
): Promise<Omit<Problem, "id">[]> {
  const { train, attempts } = PROBLEM_SET_RECIPE;
  const chosen = (await drawProblems(sandbox)).slice(0, options.count);
  const problems: Omit<Problem, "id">[] = [];
  for (let begin = 0; begin < chosen.length; begin += PROBLEMS_AT_ONCE) {
    const batch = chosen.slice(begin, begin + PROBLEMS_AT_ONCE);
    const rows = batch.flatMap(({ content }, at) => {
      const promptTokens = engine.tokenizer.encode(environmentNamed(content.environment).pose(content));
      return Array.from({ length: attempts }, (_, index) => ({ promptTokens, stream: `measure/${begin + at}/${index}` }));
    });
    const samples = await engine.sample(modelId, rows, QUICKSTART_RL.sampling);
    const completions = samples.map(({ tokens, finishReason }) =>
      engine.tokenizer.decode(finishReason === "stop" ? tokens.slice(0, -1) : tokens),
    );
    const passes = await Promise.all(
      batch.map(({ content }, at) => passesOf(content, completions.slice(at * attempts, (at + 1) * attempts), sandbox)),
    );
    for (const [at, { content, origin, operations, astHash }] of batch.entries()) {
      const passRate = { passes: passes[at] ?? 0, attempts };
      const split = begin + at < train ? "TRAIN" : "HELD_OUT";
      problems.push({
        ...content,
        contentHash: contentHash(content),
        astHash,
        origin,
        operations: [...operations],
        split,
        passRate,
        bucket: bucketOf(passRate),
      });
    }
    options.onProgress?.(problems.length, chosen.length);
  }
  return problems;
}

/** The recipe's problems, checked, in an order that mixes depths: the first `train` are for training. */
async function drawProblems(sandbox: Sandbox): Promise<GeneratedProblem[]> {
  const { teacherSeed: seed, depths } = PROBLEM_SET_RECIPE;
  const drawn: GeneratedProblem[] = [];
  for (const { count, ...telling } of depths) {
    const { kept } = await validateProblems(generateProblems({ seed, count: Math.ceil(count * 1.05), ...telling }), sandbox);
    if (kept.length < count) throw new Error(`the teacher gave ${kept.length} valid problems of depth ${telling.depth}, wanted ${count}`);
    drawn.push(...kept.slice(0, count));
  }
  return stream(`problem-set/${seed}`).shuffle(drawn);
}

/** How many completions pass. Equal programs are executed once: one program has one verdict. */
async function passesOf(problem: ProblemContent, completions: readonly string[], sandbox: Sandbox): Promise<number> {
  const environment = environmentNamed(problem.environment);
  const programs = Map.groupBy(completions, (completion) => environment.extract(completion, problem) ?? "");
  const passes = await Promise.all(
    [...programs].map(async ([source, alike]) => {
      if (source === "") return 0;
      const execution = await sandbox.execute({
        language: "python",
        source,
        probes: probesOf(problem.entryPoint, problem.tests),
        limits: DEFAULT_LIMITS,
      });
      const reward = environment.reward(judge(execution, problem.tests, environment.judging));
      if (reward === null) throw new Error(`a broken sandbox: ${execution.detail ?? "no detail"}`);
      return reward > 0 ? alike.length : 0;
    }),
  );
  return passes.reduce((sum, count) => sum + count, 0);
}
