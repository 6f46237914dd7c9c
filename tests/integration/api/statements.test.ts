import { createExperiment } from "@gradus/api/commands/create-experiment";
import { openDatabase } from "@gradus/prisma";
import type { Database } from "@gradus/prisma";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clientDocuments } from "../../testkit/api/client-documents.ts";
import { startCountingProxy } from "../../testkit/api/counting-proxy.ts";
import type { CountingProxy } from "../../testkit/api/counting-proxy.ts";
import { fillProblems, fillRun } from "../../testkit/api/fill-experiment.ts";
import { get, startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { fillSynthesis } from "../../testkit/web/fill-synthesis.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let proxy: CountingProxy;
let counted: Database;
let api: TestApi;
let setId: string;

beforeAll(async () => {
  world = await startDatabaseWorld();
  proxy = await startCountingProxy(world.databaseUrl);
  counted = openDatabase(proxy.url);
  api = await startTestApi(counted);
  setId = await fillProblems(world.database);
});
afterAll(async () => {
  await api.close();
  await counted.close();
  await proxy.close();
  await world.close();
});

interface Filled {
  readonly id: string;
  readonly runIds: readonly string[];
  readonly synthesisId: string;
}

/** An experiment of arms x seeds whose runs have `steps` steps each, with all that steps leave behind. */
async function fill(name: string, arms: number, seeds: number, steps: number): Promise<Filled> {
  const source = JSON.stringify({
    name,
    question: "How much does it cost to show?",
    seeds: Array.from({ length: seeds }, (_, index) => index + 1),
    training: { steps: 12, groupsPerStep: 4 },
    arms: Array.from({ length: arms }, (_, arm) => ({ name: `arm-${arm}`, curriculum: arm % 2 === 0 ? "uniform" : "classic" })),
  });
  const id = await createExperiment(world.database, { source, key: name });
  const runs = await world.database.prisma.run.findMany({ where: { experimentId: id }, orderBy: { id: "asc" } });
  for (const run of runs) await fillRun(world.database, run.id, setId, { steps });
  await world.database.prisma.experiment.update({ where: { id }, data: { problemSetId: setId } });
  const synthesisId = `synthesis-${name}`;
  await fillSynthesis(world, synthesisId, steps);
  return { id, runIds: runs.map((run) => run.id), synthesisId };
}

/** What each query is asked about; a query of the page or the command line that has no line here fails the test. */
const VARIABLES: Readonly<Record<string, (filled: Filled) => object>> = {
  "web Curves": ({ runIds }) => ({ runIds, metrics: ["train/reward"], maxPoints: 100 }),
  "web StepTimes": ({ runIds }) => ({ runIds, metric: "train/reward", maxPoints: 100 }),
  "web Curricula": () => ({}),
  "web SimulateCurriculum": () => ({ input: { source: "uniform", steps: 4 } }),
  "web Evaluated": ({ id }) => ({ experimentId: id }),
  "web Experiment": ({ id }) => ({ id }),
  "web Comparison": ({ id }) => ({ experimentId: id, metrics: ["train/reward"] }),
  "web EvaluationMetrics": ({ runIds }) => ({ runIds }),
  "web GroupComparison": ({ id }) => ({
    of: { experimentId: id },
    groupBy: [{ property: "ATTRIBUTE", name: "arm" }],
    metrics: ["train/reward"],
    curves: ["train/reward"],
  }),
  "web Experiments": ({ id }) => ({ filter: { nameContains: id.split("-")[0] } }),
  "web PassRates": ({ runIds }) => ({ runIds }),
  "web Templates": () => ({}),
  "web Nodes": () => ({}),
  "web TaskQueues": () => ({}),
  "web NodeTelemetry": () => ({ id: "node-1" }),
  "web RunTelemetry": ({ runIds }) => ({ id: runIds[0] }),
  "web SavedViews": () => ({ page: "run" }),
  "web Problem": () => ({ id: "none" }),
  "web Chain": () => ({ chain: "none" }),
  "web ProblemRollouts": () => ({ problemId: "none" }),
  "web ArmsOfRuns": ({ runIds }) => ({ runIds }),
  "web ProblemSets": () => ({}),
  "web Problems": () => ({ filter: { problemSet: setId } }),
  "web Run": ({ runIds }) => ({ id: runIds[0] }),
  "web RunWatch": ({ runIds }) => ({ id: runIds[0] }),
  "web RunStep": ({ runIds }) => ({ id: runIds[0], step: 1 }),
  "web Step": ({ runIds }) => ({ runId: runIds[0], step: 1 }),
  "web Syntheses": () => ({}),
  "web SynthesisProgress": ({ synthesisId }) => ({ id: synthesisId }),
  "web Synthesis": ({ synthesisId }) => ({ id: synthesisId }),
  "web SynthesisTurns": ({ synthesisId }) => ({ id: synthesisId }),
  "web SynthesisTurn": ({ synthesisId }) => ({ id: synthesisId, seed: 0, turn: 2 }),
  "web Group": ({ runIds }) => ({ id: `${runIds[0]}/step/1/0` }),
  "web AlertRules": () => ({}),
  "web Alerts": () => ({}),
  "web ApiKeys": () => ({}),
  "web AuditLog": () => ({}),
  "web FirstMetrics": ({ runIds }) => ({ runIds }),
  "web MetricNames": ({ runIds }) => ({ runIds }),
  "web Rollout": ({ runIds }) => ({ id: `${runIds[0]}/step/1/0/0` }),
  "web Runs": () => ({ text: "metrics.`train/reward` >= 0", first: 50, metric: "train/reward" }),
  "web BeforeTraining": ({ runIds }) => ({ runIds }),
  "web Samples": ({ runIds }) => ({ id: runIds[0], first: 10 }),
  "web Scalars": ({ id }) => ({ experimentId: id, threshold: 0.2 }),
  "cli AlertRules": () => ({}),
  "cli Alerts": ({ id }) => ({ filter: { experimentId: id }, first: 50 }),
  "cli ApiKeys": () => ({}),
  "cli ChainLineage": ({ runIds }) => ({ id: "none", runId: runIds[0] }),
  "cli Problems": () => ({}),
  "cli ProblemDifficulty": ({ id }) => ({ id: "none", experimentId: id }),
  "cli Synthesis": () => ({ id: "none" }),
  "cli SynthesisProgress": () => ({ id: "none" }),
  "cli UsedCurricula": () => ({}),
  "cli WorkerNodes": () => ({}),
  "cli Experiment": ({ id }) => ({ id }),
  "cli Experiments": () => ({ first: 100 }),
  "cli Run": ({ runIds }) => ({ id: runIds[0] }),
  "cli Server": () => ({}),
  "cli Comparison": ({ id }) => ({ of: { experimentId: id }, metrics: ["train/reward"], threshold: 0.2 }),
  "cli GroupComparison": ({ id }) => ({
    of: { experimentId: id },
    by: ["training.steps"],
    groupBy: [
      { property: "ATTRIBUTE", name: "arm" },
      { property: "METRIC", name: "train/reward" },
    ],
    metrics: ["train/reward"],
    curves: ["train/reward"],
  }),
  "cli ComparisonCurves": ({ id }) => ({ of: { experimentId: id }, curves: ["train/reward"] }),
};

const cost = async (text: string, variables: object): Promise<number> => {
  // Twice: the first one may open connections.
  await get(api.url, text, variables);
  proxy.take();
  await get(api.url, text, variables);
  return proxy.take();
};

/** No page may need more, however many rows it shows. */
const MOST = 40;

test("every query of the page and the command line costs as many statements for a large experiment as for a small one", async () => {
  const documents = [...clientDocuments("web"), ...clientDocuments("cli")].filter(({ kind }) => kind === "query");
  expect(documents.map(({ name }) => name).toSorted()).toEqual(Object.keys(VARIABLES).toSorted());
  const costs = async (filled: Filled): Promise<Record<string, number>> => {
    const all: Record<string, number> = {};
    for (const { name, text } of documents) all[name] = await cost(text, VARIABLES[name]?.(filled) ?? {});
    return all;
  };
  const small = await costs(await fill("small", 2, 2, 2));
  const large = await costs(await fill("large", 4, 5, 6));
  expect(Object.entries(large).filter(([name, statements]) => statements > (small[name] ?? 0))).toEqual([]);
  expect(Object.entries(large).filter(([, statements]) => statements > MOST)).toEqual([]);
  expect(large["web Experiment"]).toBeGreaterThan(0);
});

test("figures of any number of syntheses are read at once", async () => {
  const text = `{ syntheses(first: 20) { nodes { seedCount turnCount scoredCount usage { calls } funnel { turn } multiTurnYield { kept } } } }`;
  await fill("one-more", 1, 1, 1);
  const some = await cost(text, {});
  await fill("two-more", 1, 1, 1);
  expect(await cost(text, {})).toBe(some);
});
