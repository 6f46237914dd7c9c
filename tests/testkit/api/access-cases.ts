// Owns: for every root field of the schema, written apart from the rules: the scope it needs, and arguments that name things of the project
// `default`. Must not know: the rules.
import type { Scope } from "@gradus/api/access/caller";
import { globalIdOf } from "@gradus/api/global-id";

/** Ids of things of the project `default`. */
export type Things = Readonly<
  Record<
    | "run"
    | "experiment"
    | "arm"
    | "problemSet"
    | "problem"
    | "group"
    | "rollout"
    | "evaluation"
    | "rule"
    | "alert"
    | "view"
    | "template"
    | "synthesis",
    string
  >
>;

export interface AccessCase {
  readonly scope: Scope;
  /** Each is refused to a key of another project. Empty: the field is of no project. */
  readonly foreign: readonly ((things: Things) => object)[];
  /** Arguments that name nothing: a key of another project is shown none of these things, or is refused. */
  readonly unnamed?: object;
  /** Arguments of a field that is of no project, where it needs any. */
  readonly projectless?: object;
}

const anywhere: AccessCase = { scope: "READ", foreign: [] };
const read = (...foreign: AccessCase["foreign"]): AccessCase => ({ scope: "READ", foreign });
const write = (...foreign: AccessCase["foreign"]): AccessCase => ({ scope: "WRITE", foreign });
const listed: AccessCase = { scope: "READ", foreign: [() => ({ project: "default" })], unnamed: {} };
const runById = write(({ run }) => ({ id: run }));
const runByInput = (rest: object): AccessCase => write(({ run }) => ({ input: { runId: run, ...rest } }));
const experimentById = write(({ experiment }) => ({ id: experiment }));
const filters = (...names: ("experiment" | "run" | "rule")[]): AccessCase["foreign"] => [
  () => ({ filter: { project: "default" } }),
  ...names.map((name) => (things: Things) => ({ filter: { [`${name}Id`]: things[name] } })),
];
const FILE = "name: x\nquestion: q\nseeds: [1]\ntraining: { steps: 1 }\narms: [{ name: a, curriculum: uniform }]\n";

const SYNTHESIS = `name: x\nseeds: { from: { kind: snippets }, count: 1 }\nteacher: { kind: grammar }\nstudent: { kind: policy, warmStart: "sha256:${"0".repeat(64)}" }\n`;

export const ACCESS_CASES: Readonly<Record<string, AccessCase>> = {
  "Query.alertRules": { ...listed, foreign: [...listed.foreign, ({ experiment }) => ({ experimentId: experiment })] },
  "Query.alerts": { scope: "READ", foreign: filters("experiment", "run", "rule"), unnamed: {} },
  "Query.apiKeys": { ...listed, scope: "ADMIN" },
  "Query.auditLog": { ...listed, scope: "ADMIN" },
  "Query.chain": read(({ run }) => ({ id: "none", runId: run })),
  "Query.comparison": {
    scope: "READ",
    foreign: [({ experiment }) => ({ of: { experimentId: experiment } }), ({ run }) => ({ of: { ids: [run] } })],
    unnamed: { of: {} },
  },
  "Query.curricula": listed,
  "Query.curriculumPresets": anywhere,
  "Query.evaluation": read(({ evaluation }) => ({ id: evaluation })),
  "Query.experiment": read(({ experiment }) => ({ id: experiment })),
  "Query.experimentTemplates": listed,
  "Query.experiments": { scope: "READ", foreign: filters(), unnamed: {} },
  "Query.group": read(({ group }) => ({ id: group })),
  "Query.groupComparison": {
    scope: "READ",
    foreign: [({ experiment }) => ({ of: { experimentId: experiment } }), ({ run }) => ({ of: { ids: [run] } })],
    unnamed: { of: {} },
  },
  "Query.metricDefinitions": anywhere,
  "Query.metricSeries": read(({ run }) => ({ runIds: [run], names: ["train/reward"] })),
  "Query.node": read(
    () => ({ globalId: globalIdOf("Project", "default") }),
    ({ experiment }) => ({ globalId: globalIdOf("Experiment", experiment) }),
    ({ arm }) => ({ globalId: globalIdOf("Arm", arm) }),
    ({ run }) => ({ globalId: globalIdOf("Run", run) }),
    ({ problemSet }) => ({ globalId: globalIdOf("ProblemSet", problemSet) }),
    ({ problem }) => ({ globalId: globalIdOf("Problem", problem) }),
    ({ group }) => ({ globalId: globalIdOf("Group", group) }),
    ({ rollout }) => ({ globalId: globalIdOf("Rollout", rollout) }),
    ({ evaluation }) => ({ globalId: globalIdOf("Evaluation", evaluation) }),
    ({ synthesis }) => ({ globalId: globalIdOf("Synthesis", synthesis) }),
    ({ rule }) => ({ globalId: globalIdOf("AlertRule", rule) }),
    ({ alert }) => ({ globalId: globalIdOf("Alert", alert) }),
  ),
  "Query.pretraining": anywhere,
  "Query.problem": read(({ problem }) => ({ id: problem })),
  "Query.problemSet": read(({ problemSet }) => ({ id: problemSet })),
  "Query.problemSets": listed,
  "Query.problems": { scope: "READ", foreign: [...filters(), ({ problemSet }) => ({ filter: { problemSet } })], unnamed: {} },
  "Query.project": read(() => ({ id: "default" })),
  "Query.projects": { ...anywhere, unnamed: {} },
  "Query.rollout": read(({ rollout }) => ({ id: rollout })),
  "Query.rollouts": {
    scope: "READ",
    foreign: [
      ({ run }) => ({ filter: { runId: run } }),
      ({ group }) => ({ filter: { groupId: group } }),
      ({ evaluation }) => ({ filter: { evaluationId: evaluation } }),
    ],
    unnamed: { filter: {} },
  },
  "Query.run": read(({ run }) => ({ id: run })),
  "Query.runGroups": {
    scope: "READ",
    foreign: [({ experiment }) => ({ of: { experimentId: experiment } }), ({ run }) => ({ of: { ids: [run] } })],
    unnamed: { of: {} },
  },
  "Query.runs": {
    scope: "READ",
    foreign: [({ experiment }) => ({ filter: { experimentId: experiment } }), ({ run }) => ({ filter: { ids: [run] } })],
    unnamed: {},
  },
  "Query.savedViews": listed,
  "Query.server": anywhere,
  "Query.simulateCurriculum": anywhere,
  "Query.syntheses": listed,
  "Query.synthesis": read(({ synthesis }) => ({ id: synthesis })),
  "Query.taskQueues": anywhere,
  "Query.workerNodes": anywhere,
  "Mutation.archiveExperiment": experimentById,
  "Mutation.archiveRun": runById,
  "Mutation.cancelExperiment": experimentById,
  "Mutation.cancelRun": runById,
  "Mutation.cancelSynthesis": write(({ synthesis }) => ({ id: synthesis })),
  "Mutation.createAlertRule": write(
    () => ({ input: { name: "n", kind: "NON_FINITE" } }),
    () => ({ input: { name: "n", kind: "NON_FINITE", project: "default" } }),
    ({ experiment }) => ({ input: { name: "n", kind: "NON_FINITE", experimentId: experiment } }),
  ),
  "Mutation.createApiKey": { scope: "ADMIN", foreign: [() => ({ input: { name: "k", project: "default" } })] },
  "Mutation.createExperiment": write(() => ({ input: { source: FILE } })),
  "Mutation.createRun": write(
    () => ({ input: { experiment: "e" } }),
    ({ run }) => ({ input: { experiment: "e", project: "other", parentRunId: run } }),
  ),
  "Mutation.deleteAlertRule": write(({ rule }) => ({ id: rule })),
  "Mutation.deleteExperiment": experimentById,
  "Mutation.deleteRun": runById,
  "Mutation.deleteTemplate": write(({ template }) => ({ id: template })),
  "Mutation.deleteView": write(({ view }) => ({ id: view })),
  "Mutation.editExperiment": write(({ experiment }) => ({ input: { id: experiment, notes: "x" } })),
  "Mutation.editRun": write(({ run }) => ({ input: { id: run, notes: "x" } })),
  "Mutation.finishRun": runByInput({ status: "COMPLETED" }),
  "Mutation.forkRun": runByInput({ fromStep: 1 }),
  "Mutation.logMetrics": runByInput({ batchId: "b", segment: 1, series: [] }),
  "Mutation.logSamples": runByInput({ batchId: "b", segment: 1, samples: [] }),
  "Mutation.muteAlertRule": write(({ rule }) => ({ id: rule })),
  "Mutation.pauseRun": runById,
  "Mutation.pretrain": { scope: "WRITE", foreign: [] },
  "Mutation.resolveAlert": write(({ alert }) => ({ id: alert })),
  "Mutation.restoreExperiment": experimentById,
  "Mutation.restoreRun": runById,
  "Mutation.resumeRun": runById,
  // Its command looks for the key in the caller's project: access.test.ts tries that.
  "Mutation.revokeApiKey": { scope: "ADMIN", foreign: [], projectless: { id: "none" } },
  "Mutation.saveTemplate": write(
    () => ({ input: { name: "t", source: FILE } }),
    () => ({ input: { name: "t", source: FILE, project: "default" } }),
  ),
  "Mutation.saveView": write(
    () => ({ input: { page: "p", name: "n", state: {} } }),
    () => ({ input: { page: "p", name: "n", state: {}, project: "default" } }),
  ),
  "Mutation.setNodeDraining": { scope: "ADMIN", foreign: [], projectless: { id: "none", isDraining: true } },
  "Mutation.setProjectRetention": { scope: "ADMIN", foreign: [() => ({ id: "default" })] },
  "Mutation.setRunRetention": runById,
  "Mutation.setTotalSteps": write(({ run }) => ({ id: run, totalSteps: 5 })),
  "Mutation.startExperiment": experimentById,
  "Mutation.startSynthesis": write(() => ({ input: { source: SYNTHESIS } })),
  "Mutation.validateExperiment": anywhere,
  "Mutation.validateSynthesis": anywhere,
  "Subscription.experimentEvents": read(({ experiment }) => ({ experimentId: experiment })),
  "Subscription.experimentProgress": read(({ experiment }) => ({ experimentId: experiment })),
  "Subscription.metricPoints": read(({ run }) => ({ runId: run })),
  "Subscription.nodeHealth": anywhere,
  "Subscription.rolloutFeed": read(({ run }) => ({ runId: run })),
  "Subscription.runEvents": read(({ run }) => ({ runId: run })),
  "Subscription.stageActivity": read(({ experiment }) => ({ experimentId: experiment })),
  "Subscription.stepSummaries": read(({ run }) => ({ runId: run })),
};
