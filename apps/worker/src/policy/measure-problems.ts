// Owns: how hard problems are for a policy: M attempts at each, executed (paper 2.4). Must not know: who wrote them, where they are kept.
import { environmentNamed } from "@gradus/domain";
import type { ProblemContent } from "@gradus/domain";
import { judge, probesOf } from "../sandbox/judge.ts";
import { DEFAULT_LIMITS } from "../sandbox/sandbox.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { PolicyEngine } from "./policy-engine.ts";
import { QUICKSTART_RL } from "./quickstart-rl.ts";

/** Problems attempted at a time: two sampling batches of the quickstart's engine. */
const PROBLEMS_AT_ONCE = 4;

export interface MeasureOptions {
  /** M. */
  readonly attempts: number;
  /** Begins the name of every attempt's random stream: `measure` where absent. Problem i of one name is attempted alike each time. */
  readonly streams?: string;
  readonly onProgress?: (done: number, of: number) => void;
}

/** How many of M attempts pass, problem by problem. The same numbers wherever the engine samples the same tokens. @throws Error for a broken sandbox */
export async function measureProblems(
  engine: PolicyEngine,
  modelId: string,
  sandbox: Sandbox,
  problems: readonly ProblemContent[],
  { attempts, streams = "measure", onProgress }: MeasureOptions,
): Promise<number[]> {
  const passes: number[] = [];
  for (let begin = 0; begin < problems.length; begin += PROBLEMS_AT_ONCE) {
    const batch = problems.slice(begin, begin + PROBLEMS_AT_ONCE);
    const rows = batch.flatMap((content, at) => {
      const promptTokens = engine.tokenizer.encode(environmentNamed(content.environment).pose(content));
      return Array.from({ length: attempts }, (_, index) => ({ promptTokens, stream: `${streams}/${begin + at}/${index}` }));
    });
    const samples = await engine.sample(modelId, rows, QUICKSTART_RL.sampling);
    const completions = samples.map(({ tokens, finishReason }) =>
      engine.tokenizer.decode(finishReason === "stop" ? tokens.slice(0, -1) : tokens),
    );
    passes.push(
      ...(await Promise.all(batch.map((content, at) => passesOf(content, completions.slice(at * attempts, (at + 1) * attempts), sandbox)))),
    );
    onProgress?.(passes.length, problems.length);
  }
  return passes;
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
