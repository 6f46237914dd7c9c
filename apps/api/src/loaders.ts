// Owns: reading rows by key for one request, many keys by one query. Must not know: which field asks.
import { readAlertsById, readDeliveriesOfAlerts, readOpenAlertsOfRuns } from "@gradus/prisma/alerts/alert-reader";
import { readAlertRulesById } from "@gradus/prisma/alerts/alert-rule-store";
import type { Database } from "@gradus/prisma/database";
import { countRunsOfNodes, readNodesById, readProjectsById } from "@gradus/prisma/reading/catalog-reader";
import {
  readBucketScores,
  readEvaluationsById,
  readEvaluationsOfRuns,
  readLabelledResults,
  readResultPages,
  readSharedEvaluations,
} from "@gradus/prisma/reading/evaluation-reader";
import { readTries } from "@gradus/prisma/reading/difficulty-reader";
import type { TriesOf } from "@gradus/prisma/reading/difficulty-reader";
import { numberEvents } from "@gradus/prisma/reading/event-reader";
import {
  readArmsById,
  readArmsOf,
  readArmsOfCurricula,
  readCurriculaById,
  readExperimentsById,
} from "@gradus/prisma/reading/experiment-reader";
import { readMetricNames, readMetricSeries } from "@gradus/prisma/reading/metric-reader";
import type { SeriesRange } from "@gradus/prisma/reading/metric-reader";
import type { Ask } from "@gradus/prisma/reading/page-reader";
import {
  countMembersOfSets,
  readMembersOfSets,
  readMembershipsOfProblems,
  readProblemSetsById,
  readProblemsById,
} from "@gradus/prisma/reading/problem-reader";
import { readGroupsById, readGroupsOfSteps, readRolloutsById, readRolloutsOfGroups } from "@gradus/prisma/reading/rollout-reader";
import { readMetricStorage, readSamples } from "@gradus/prisma/reading/sample-reader";
import { readRunsById, readRunsOfArms, readRunsOfExperiments } from "@gradus/prisma/reading/run-reader";
import {
  countSeedsOfSyntheses,
  readOutcomesOfSyntheses,
  readSeedsByKey,
  readSynthesesById,
  readTeacherCalls,
  readUsageOfSyntheses,
  seedKey,
} from "@gradus/prisma/reading/synthesis-reader";
import {
  readCheckpoints,
  readPolicyVersionsOfRuns,
  readStageExecutionsOfRuns,
  readStageExecutionsOfSteps,
  readStepsByKey,
  readStepsOfRuns,
} from "@gradus/prisma/reading/step-reader";
import { readPruningsOfRuns } from "@gradus/prisma/retention-store";
import DataLoader from "dataloader";

const oneBy = <Row>(
  read: (keys: readonly string[]) => Promise<readonly Row[]>,
  keyOf: (row: Row) => string,
): DataLoader<string, Row | null> =>
  new DataLoader(async (keys) => {
    const rows = new Map((await read(keys)).map((row) => [keyOf(row), row]));
    return keys.map((key) => rows.get(key) ?? null);
  });

/** One row a key, null where there is none. */
const one = <Row extends { readonly id: string }>(read: (ids: readonly string[]) => Promise<readonly Row[]>) =>
  oneBy(read, (row) => row.id);

/** Any number of rows a key, in the order they were read. */
const many = <Row>(
  read: (keys: readonly string[]) => Promise<readonly Row[]>,
  keyOf: (row: Row) => string,
): DataLoader<string, readonly Row[]> =>
  new DataLoader(async (keys) => {
    const rows = Map.groupBy(await read(keys), keyOf);
    return keys.map((key) => rows.get(key) ?? []);
  });

/** Rows of several parents under the same arguments: one query for each different set of arguments, which one operation has few of. */
const manyWith = <Arguments, Row>(
  read: (parents: readonly string[], args: Arguments) => Promise<readonly Row[]>,
  keyOf: (row: Row) => string,
) => {
  const byArguments = new Map<string, DataLoader<string, readonly Row[]>>();
  return (parent: string, args: Arguments): Promise<readonly Row[]> => {
    const key = JSON.stringify(args);
    const loader = byArguments.get(key) ?? many((parents) => read(parents, args), keyOf);
    byArguments.set(key, loader);
    return loader.load(parent);
  };
};

export interface StepKey {
  readonly runId: string;
  readonly step: number;
}
const stepText = ({ runId, step }: { readonly runId: string | null; readonly step: number | null }): string =>
  JSON.stringify([runId, step]);

/** As `many` and `one`, for the pair of run and step. */
const ofSteps = <Row extends { readonly runId: string | null; readonly step: number | null }>(
  read: (keys: readonly StepKey[]) => Promise<readonly Row[]>,
) =>
  new DataLoader<StepKey, readonly Row[], string>(
    async (keys) => {
      const rows = Map.groupBy(await read(keys), stepText);
      return keys.map((key) => rows.get(stepText(key)) ?? []);
    },
    { cacheKeyFn: stepText },
  );

export interface SeriesArguments extends SeriesRange {
  readonly names: readonly string[];
}

export type Loaders = ReturnType<typeof createLoaders>;

/** Loaders live as long as one request: what they hold is one moment's. */
export const createLoaders = (db: Database) => ({
  project: one((ids) => readProjectsById(db, ids)),
  node: one((ids) => readNodesById(db, ids)),
  runCountOfNode: oneBy(
    (ids) => countRunsOfNodes(db, ids),
    (row) => row.nodeId,
  ),

  /** With the position its stream has reached, read before the row: what the rest of the answer shows had happened by then. */
  experiment: one(async (ids) => {
    const position = await numberEvents(db.sql);
    return (await readExperimentsById(db, ids)).map((row) => ({ ...row, position }));
  }),
  arm: one((ids) => readArmsById(db, ids)),
  armsOfExperiment: many(
    (ids) => readArmsOf(db, ids),
    (row) => row.experimentId,
  ),
  armsOfCurriculum: many(
    (ids) => readArmsOfCurricula(db, ids),
    (row) => row.curriculumId,
  ),
  curriculum: one((ids) => readCurriculaById(db, ids)),

  alert: one((ids) => readAlertsById(db, ids)),
  alertRule: one((ids) => readAlertRulesById(db, ids)),
  deliveriesOfAlert: many(
    (ids) => readDeliveriesOfAlerts(db, ids),
    (row) => row.alertId,
  ),
  openAlertsOfRun: many(
    (ids) => readOpenAlertsOfRuns(db, ids),
    (row) => row.runId,
  ),

  run: one((ids) => readRunsById(db, ids)),
  runsOfExperiment: many(
    (ids) => readRunsOfExperiments(db, ids),
    (row) => row.experimentId,
  ),
  runsOfArm: many(
    (ids) => readRunsOfArms(db, ids),
    (row) => row.armId,
  ),
  stepsOfRun: manyWith(
    (ids, ask: Ask) => readStepsOfRuns(db, ids, ask),
    (row) => row.runId,
  ),
  step: ofSteps((keys) => readStepsByKey(db, keys)),
  stageExecutionsOfRun: manyWith(
    (ids, ask: Ask) => readStageExecutionsOfRuns(db, ids, ask),
    (row) => row.runId ?? "",
  ),
  stageExecutionsOfStep: ofSteps((keys) => readStageExecutionsOfSteps(db, keys)),
  policyVersionsOfRun: manyWith(
    (ids, ask: Ask) => readPolicyVersionsOfRuns(db, ids, ask),
    (row) => row.runId,
  ),
  checkpoint: oneBy(
    (hashes) => readCheckpoints(db, hashes),
    (row) => row.contentHash,
  ),
  metricNamesOfRun: manyWith(
    (ids, { contains, ...ask }: Ask & { readonly contains: string }) => readMetricNames(db, ids, contains, ask),
    (row) => row.runId,
  ),
  samplesOfRun: manyWith(
    (ids, { name, ...ask }: Ask & { readonly name: string | null }) => readSamples(db, ids, name, ask),
    (row) => row.runId,
  ),
  pruningsOfRun: many(
    (ids) => readPruningsOfRuns(db, ids),
    (row) => row.runId,
  ),
  metricStorageOfRun: oneBy(
    (ids) => readMetricStorage(db, ids),
    (row) => row.runId,
  ),
  metricSeriesOfRun: manyWith(
    (ids, { names, ...range }: SeriesArguments) => readMetricSeries(db, ids, names, range),
    (row) => row.runId,
  ),

  groupsOfStep: ofSteps((keys) => readGroupsOfSteps(db, keys)),
  group: one((ids) => readGroupsById(db, ids)),
  rollout: one((ids) => readRolloutsById(db, ids)),
  rolloutsOfGroup: many(
    (ids) => readRolloutsOfGroups(db, ids),
    (row) => row.groupId,
  ),

  problem: one((ids) => readProblemsById(db, ids)),
  triesOfProblem: manyWith(
    (ids, of: TriesOf) => readTries(db, ids, of),
    (row) => row.problemId,
  ),
  problemSet: one((ids) => readProblemSetsById(db, ids)),
  synthesis: one((ids) => readSynthesesById(db, ids)),
  synthesisSeed: oneBy((keys) => readSeedsByKey(db, keys), seedKey),
  outcomesOfSynthesis: many(
    (ids) => readOutcomesOfSyntheses(db, ids),
    (row) => row.synthesisId,
  ),
  seedCountOfSynthesis: oneBy(
    (ids) => countSeedsOfSyntheses(db, ids),
    (row) => row.synthesisId,
  ),
  usageOfSynthesis: many(
    (ids) => readUsageOfSyntheses(db, ids),
    (row) => row.synthesisId,
  ),
  /** By the id of the turn. */
  teacherCall: oneBy(
    (turnIds) => readTeacherCalls(db, turnIds),
    ({ subject }) => subject,
  ),
  membersOfSet: manyWith(
    (ids, ask: Ask) => readMembersOfSets(db, ids, ask),
    (row) => row.problemSetId,
  ),
  membershipsOfProblem: many(
    (ids) => readMembershipsOfProblems(db, ids),
    (row) => row.problemId,
  ),
  countsOfSet: many(
    (ids) => countMembersOfSets(db, ids),
    (row) => row.problemSetId,
  ),

  evaluation: one((ids) => readEvaluationsById(db, ids)),
  evaluationsOfRun: many(
    (ids) => readEvaluationsOfRuns(db, ids),
    (row) => row.ofRun,
  ),
  sharedEvaluations: many(
    (ids) => readSharedEvaluations(db, ids),
    (row) => row.experimentId,
  ),
  scoresOfEvaluation: many(
    (ids) => readBucketScores(db, ids),
    (row) => row.evaluationId,
  ),
  labelledResultsOfEvaluation: many(
    (ids) => readLabelledResults(db, ids),
    (row) => row.evaluationId,
  ),
  resultsOfEvaluation: manyWith(
    (ids, ask: Ask) => readResultPages(db, ids, ask),
    (row) => row.evaluationId,
  ),
});
