// Owns: the words and flags of `gradus problem`. Must not know: how difficulty is counted.
import type { Command } from "commander";
import pc from "picocolors";
import { request } from "../client/api-client.ts";
import { ChainLineageDocument, ProblemDifficultyDocument } from "../client/generated/operations.ts";
import type { ChainLineageQuery, ProblemDifficultyQuery } from "../client/generated/operations.ts";
import { RefusedError } from "../client/refused.ts";
import { exitCodes, printJson, runVerb, withApi } from "./verb.ts";
import type { ApiOptions, VerbContext } from "./verb.ts";

interface ProblemOptions extends ApiOptions {
  readonly experiment?: string;
  readonly run?: string;
}

export function registerProblem(program: Command): void {
  const command = program
    .command("problem")
    .description("show how hard a problem was for each policy version that tried it, and how a run climbed its chain")
    .argument("<problem>", "its id")
    .option("--experiment <id>", "only in runs of this experiment")
    .option("--run <id>", "only in this run; with the problem's chain: which stepping stone came before which unlock");
  withApi(command, {
    examples: [
      "gradus problem 4f1c2a... --experiment quickstart-1a2b3c4d",
      "gradus problem 4f1c2a... --run quickstart-1a2b3c4d.classic.1",
      "gradus problem 4f1c2a... --json | jq '.problem.difficulty[] | .passes / .attempts'",
    ],
  }).action((id: string, options: ProblemOptions) => runVerb(options, (context) => show(id, options, context)));
}

async function show(
  id: string,
  { experiment = null, run }: Partial<Record<"experiment" | "run", string | null>>,
  { apiUrl, json }: VerbContext,
): Promise<number> {
  const runIds = run == null ? null : [run];
  const { problem } = await request(apiUrl, ProblemDifficultyDocument, { id, runIds, experimentId: experiment });
  if (problem === null)
    throw new RefusedError("no such problem", [{ path: "problem", value: id, expected: "the id of a problem that exists" }]);
  const chain =
    run == null || problem.chain == null ? [] : (await request(apiUrl, ChainLineageDocument, { id: problem.chain, runId: run })).chain;
  if (json) printJson({ problem, chain });
  else process.stdout.write([...difficultyLines(problem), ...chainLines(chain)].map((line) => `${line}\n`).join(""));
  return exitCodes.ok;
}

type Shown = NonNullable<ProblemDifficultyQuery["problem"]>;

function difficultyLines({ environment, message, chain, rung, difficulty }: Shown): string[] {
  const place = chain == null ? "" : `, rung ${rung ?? 0} of chain ${chain}`;
  const runs = [...Map.groupBy(difficulty, ({ runId }) => runId)];
  return [
    `${pc.bold(message || "(no message)")}  ${environment}${place}`,
    ...(runs.length === 0 ? ["  no policy has tried it"] : []),
    ...runs.flatMap(([runId, points]) => [
      `  ${pc.cyan(runId)}`,
      ...points.map(
        ({ step, policyVersion, passes, attempts, isEvaluation }) =>
          `    step ${step}  version ${policyVersion}  ${passes}/${attempts} = ${(passes / attempts).toFixed(2)}${isEvaluation ? "  evaluated" : ""}`,
      ),
    ]),
  ];
}

function chainLines(chain: ChainLineageQuery["chain"]): string[] {
  if (chain.length === 0) return [];
  const rungOf = new Map(chain.map(({ problem, rung }) => [problem.id, rung]));
  return [
    "  the chain, as this run met it",
    ...chain.map(({ rung, problem, attempts, passes, firstTriedStep, firstSolvedStep, steppingStones }) => {
      if (firstTriedStep == null) return `    rung ${rung}  never drawn  ${problem.message}`;
      const stones = steppingStones.map(({ id }) => `rung ${rungOf.get(id)}`).join(", then ");
      const unlock =
        firstSolvedStep == null
          ? "never solved"
          : `solved first in step ${firstSolvedStep}${stones === "" ? ", before any other" : `, after ${stones}`}`;
      return `    rung ${rung}  ${passes}/${attempts}, drawn first in step ${firstTriedStep}, ${unlock}  ${problem.message}`;
    }),
  ];
}
