// Owns: the words and flags of `gradus problem`: one problem's course, or the problems of a set. Must not know: how difficulty is counted.
import type { Command } from "commander";
import pc from "picocolors";
import { request } from "../client/api-client.ts";
import { ChainLineageDocument, ProblemDifficultyDocument, ProblemsDocument } from "../client/generated/operations.ts";
import type { ChainLineageQuery, ProblemDifficultyQuery, ProblemsQuery } from "../client/generated/operations.ts";
import { RefusedError } from "../client/refused.ts";
import { csvOf } from "../view/csv.ts";
import { exitCodes, printJson, runVerb, withApi } from "./verb.ts";
import type { ApiOptions, VerbContext } from "./verb.ts";

interface ProblemOptions extends ApiOptions {
  readonly experiment?: string;
  readonly run?: string;
  readonly set?: string;
  readonly chain?: string;
  readonly csv?: boolean;
}

export function registerProblem(program: Command): void {
  const command = program
    .command("problem")
    .description(
      "show how hard a problem was for each policy version that tried it, and how a run climbed its chain; or list the problems of a set",
    )
    .argument("[problem]", "its id, as the list has it")
    .option("--experiment <id>", "only in runs of this experiment")
    .option("--run <id>", "only in this run; with the problem's chain: which stepping stone came before which unlock")
    .option("--set <id>", "instead: list the problems of this set, with what was measured of them")
    .option("--chain <id>", "list only those of this chain, of any set without --set")
    .option("--csv", "print the points, or the list, as CSV");
  withApi(command, {
    examples: [
      "gradus problem --set problems-1a2b3c4d5e6f",
      "gradus problem default.4f1c2a6df7218c29a55a --experiment quickstart-1a2b3c4d",
      "gradus problem default.4f1c2a6df7218c29a55a --run quickstart-1a2b3c4d.classic.1",
      "gradus problem default.4f1c2a6df7218c29a55a --csv > difficulty.csv",
      "gradus problem default.4f1c2a6df7218c29a55a --json | jq '.problem.difficulty[] | .passes / .attempts'",
    ],
  }).action((id: string | undefined, options: ProblemOptions) =>
    runVerb(options, (context) => (id === undefined ? list(options, context) : show(id, options, context))),
  );
}

async function list({ set, chain, csv = false }: ProblemOptions, { apiUrl, json }: VerbContext): Promise<number> {
  if (set === undefined && chain === undefined)
    throw new RefusedError("no problem is named", [{ path: "problem", expected: "its id, or --set or --chain to list some" }]);
  const filter = { ...(set !== undefined && { problemSet: set }), ...(chain !== undefined && { chain }) };
  const found: ProblemsQuery["problems"]["nodes"][number][] = [];
  for (let after: string | null = null; ;) {
    const { nodes, pageInfo }: ProblemsQuery["problems"] = (await request(apiUrl, ProblemsDocument, { filter, after })).problems;
    found.push(...nodes);
    if (!pageInfo.hasNextPage || pageInfo.endCursor == null) break;
    after = pageInfo.endCursor;
  }
  if (found.length === 0)
    throw new RefusedError("no such problems", [
      { path: set === undefined ? "--chain" : "--set", value: set ?? chain, expected: "one that holds problems" },
    ]);
  // A chain reads by rung.
  const ordered = found.toSorted((a, b) => (a.chain ?? "").localeCompare(b.chain ?? "") || (a.rung ?? 0) - (b.rung ?? 0));
  const rows = ordered.map(({ id, environment, message, chain: of, rung, memberships }) => {
    const measured = set === undefined ? memberships[0] : memberships.find(({ problemSetId }) => problemSetId === set);
    const { split = null, bucket = null, passes = null, attempts = null } = measured ?? {};
    return { id, environment, split, bucket, passes, attempts, chain: of ?? null, rung: rung ?? null, message };
  });
  if (json) printJson(rows);
  else if (csv)
    process.stdout.write(csvOf(["id", "environment", "split", "bucket", "passes", "attempts", "chain", "rung", "message"], rows));
  else process.stdout.write(rows.map(listLine).join(""));
  return exitCodes.ok;
}

function listLine({ id, split, bucket, passes, attempts, chain, rung, message }: Listed): string {
  const rate = passes === null || attempts === null ? "not measured" : `${passes}/${attempts} ${bucket ?? "in no band"}`;
  return `${pc.cyan(id)}  ${split ?? ""}  ${rate}${chain === null ? "" : `  rung ${rung ?? 0} of chain ${chain}`}  ${message}\n`;
}

interface Listed {
  readonly id: string;
  readonly split: string | null;
  readonly bucket: string | null;
  readonly passes: number | null;
  readonly attempts: number | null;
  readonly chain: string | null;
  readonly rung: number | null;
  readonly message: string;
}

async function show(id: string, { experiment, run, csv = false }: ProblemOptions, { apiUrl, json }: VerbContext): Promise<number> {
  const runIds = run === undefined ? null : [run];
  const { problem } = await request(apiUrl, ProblemDifficultyDocument, { id, runIds, experimentId: experiment ?? null });
  if (problem === null)
    throw new RefusedError("no such problem", [
      { path: "problem", value: id, expected: "the id of a problem that exists: `gradus problem --set <set>` lists a set's" },
    ]);
  const chain =
    run === undefined || problem.chain == null
      ? []
      : (await request(apiUrl, ChainLineageDocument, { id: problem.chain, runId: run })).chain;
  if (json) printJson({ problem, chain });
  else if (csv) process.stdout.write(difficultyCsv(problem));
  else process.stdout.write([...difficultyLines(problem), ...chainLines(chain)].map((line) => `${line}\n`).join(""));
  return exitCodes.ok;
}

const difficultyCsv = ({ difficulty }: Shown): string =>
  csvOf(
    ["run", "step", "policy_version", "passes", "attempts", "evaluated"],
    difficulty.map(({ runId, step, policyVersion, passes, attempts, isEvaluation }) => ({
      run: runId,
      step,
      policy_version: policyVersion,
      passes,
      attempts,
      evaluated: isEvaluation,
    })),
  );

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
