// Owns: what every query, mutation and subscription needs: a scope, and which of its arguments name things of a project. A field without a line
// here does not compile. Must not know: how rules are held, transports.
import type { Named } from "@gradus/prisma/access/belonging";
import { resolveExperiment } from "../commands/resolve-experiment.ts";
import { resolveSynthesis } from "../commands/resolve-synthesis.ts";
import { Refusal } from "../commands/refusal.ts";
import { badInput } from "../errors.ts";
import type { MutationResolvers, QueryResolvers, SubscriptionResolvers } from "../generated/schema-types.ts";
import { namedByGlobalId } from "../global-id.ts";
import type { Scope } from "./caller.ts";

export interface RootRule {
  readonly scope: Scope;
  /** What the arguments name. */
  readonly named?: (args: Arguments) => Named;
  /** For a key of one project: the arguments with which the field stays inside it. @throws GraphQLError where they must say more */
  readonly within?: (args: Arguments, project: string) => Arguments;
  /** Of a mutation that keeps its own record. */
  readonly unlogged?: true;
}

// Rules of many fields in one table: each line reads the arguments that its own field has.
// oxlint-disable-next-line typescript/no-explicit-any
export type Arguments = Readonly<Record<string, any>>;

const read = (named: (args: Arguments) => Named): RootRule => ({ scope: "READ", named });
const write = (named: (args: Arguments) => Named): RootRule => ({ scope: "WRITE", named });
const ids = (...given: readonly unknown[]): string[] => given.flat().filter((id): id is string => typeof id === "string");
const ofProject = (args: Arguments): Named => ({ projects: ids(args["project"]) });
const listed: RootRule = { scope: "READ", named: ofProject, within: (args, project) => ({ ...args, project }) };
const filtered: RootRule = {
  scope: "READ",
  named: ({ filter }) => ofProject(filter ?? {}),
  within: (args, project) => ({ ...args, filter: { ...args["filter"], project } }),
};
const anywhere: RootRule = { scope: "READ" };

/** Runs are named by themselves or by their experiment; the filter knows no project. */
const filteredRuns = (argument: "filter" | "of"): RootRule => ({
  scope: "READ",
  named: (args) => ({ experiments: ids(args[argument]?.experimentId), runs: ids(args[argument]?.ids) }),
  within(args) {
    if (!args[argument]?.experimentId && args[argument]?.ids == null)
      throw badInput(`${argument}: a key of one project names an experiment or runs`);
    return args;
  },
});

export const QUERY_RULES: Readonly<Record<keyof QueryResolvers, RootRule>> = {
  alertRules: { ...listed, named: ({ project, experimentId }) => ({ projects: ids(project), experiments: ids(experimentId) }) },
  alerts: {
    ...filtered,
    named: ({ filter }) => ({
      ...ofProject(filter ?? {}),
      experiments: ids(filter?.experimentId),
      runs: ids(filter?.runId),
      alertRules: ids(filter?.ruleId),
    }),
  },
  apiKeys: { ...listed, scope: "ADMIN" },
  auditLog: { ...listed, scope: "ADMIN" },
  chain: read(({ runId }) => ({ runs: [runId] })),
  comparison: filteredRuns("of"),
  curricula: listed,
  curriculumPresets: anywhere,
  evaluation: read(({ id }) => ({ evaluations: [id] })),
  experiment: read(({ id }) => ({ experiments: [id] })),
  experimentTemplates: listed,
  experiments: filtered,
  group: read(({ id }) => ({ groups: [id] })),
  groupComparison: filteredRuns("of"),
  metricDefinitions: anywhere,
  metricSeries: read(({ runIds }) => ({ runs: runIds })),
  node: read(({ globalId }) => namedByGlobalId(globalId)),
  pretraining: anywhere,
  problem: read(({ id }) => ({ problems: [id] })),
  problemSet: read(({ id }) => ({ problemSets: [id] })),
  problemSets: listed,
  problems: { ...filtered, named: ({ filter }) => ({ ...ofProject(filter ?? {}), problemSets: ids(filter?.problemSet) }) },
  project: read(({ id }) => ({ projects: [id] })),
  // Its resolver lists the caller's own.
  projects: anywhere,
  rollout: read(({ id }) => ({ rollouts: [id] })),
  rollouts: {
    scope: "READ",
    named: ({ filter }) => ({ runs: ids(filter.runId), groups: ids(filter.groupId), evaluations: ids(filter.evaluationId) }),
    within(args) {
      const { runId, groupId, evaluationId } = args["filter"];
      if (!runId && !groupId && !evaluationId) throw badInput("filter: a key of one project names a run, a group or an evaluation");
      return args;
    },
  },
  run: read(({ id }) => ({ runs: [id] })),
  runGroups: filteredRuns("of"),
  runs: filteredRuns("filter"),
  savedViews: listed,
  server: anywhere,
  simulateCurriculum: anywhere,
  syntheses: listed,
  synthesis: read(({ id }) => ({ syntheses: [id] })),
  taskQueues: anywhere,
  workerNodes: anywhere,
};

const ofRun = write(({ id }) => ({ runs: [id] }));
const ofInput = write(({ input }) => ({ runs: ids(input.runId) }));
const intoProject = write(({ input }) => ({ projects: [input.project ?? "default"] }));
const ofAlertRule = write(({ id }) => ({ alertRules: [id] }));
const ofExperiment = write(({ id }) => ({ experiments: [id] }));

export const MUTATION_RULES: Readonly<Record<keyof MutationResolvers, RootRule>> = {
  archiveExperiment: ofExperiment,
  archiveRun: ofRun,
  cancelExperiment: ofExperiment,
  cancelRun: ofRun,
  createAlertRule: write(({ input }) => ({
    projects: [input.project ?? (input.experimentId == null ? "default" : null)].filter((id) => id !== null),
    experiments: ids(input.experimentId),
  })),
  cancelSynthesis: write(({ id }) => ({ syntheses: [id] })),
  createApiKey: { scope: "ADMIN", named: ({ input }) => ofProject(input) },
  createExperiment: write(({ input }) => namedIn(input.source)),
  createRun: write(({ input }) => ({ projects: [input.project ?? "default"], runs: ids(input.parentRunId) })),
  deleteAlertRule: ofAlertRule,
  deleteExperiment: ofExperiment,
  deleteRun: ofRun,
  deleteTemplate: write(({ id }) => ({ templates: [id] })),
  deleteView: write(({ id }) => ({ savedViews: [id] })),
  editExperiment: write(({ input }) => ({ experiments: [input.id] })),
  editRun: write(({ input }) => ({ runs: [input.id] })),
  finishRun: ofInput,
  forkRun: ofInput,
  logMetrics: { ...ofInput, unlogged: true },
  logSamples: { ...ofInput, unlogged: true },
  muteAlertRule: ofAlertRule,
  pauseRun: ofRun,
  pretrain: { scope: "WRITE" },
  resolveAlert: write(({ id }) => ({ alerts: [id] })),
  restoreExperiment: ofExperiment,
  restoreRun: ofRun,
  resumeRun: ofRun,
  // Its command looks for the key in the caller's project.
  revokeApiKey: { scope: "ADMIN" },
  saveTemplate: intoProject,
  saveView: intoProject,
  // Nodes serve every project.
  setNodeDraining: { scope: "ADMIN" },
  setProjectRetention: { scope: "ADMIN", named: ({ id }) => ({ projects: [id] }) },
  setRunRetention: ofRun,
  setTotalSteps: ofRun,
  startExperiment: ofExperiment,
  startSynthesis: write(({ input }) => namedInSynthesis(input.source)),
  validateExperiment: { scope: "READ", unlogged: true },
  validateSynthesis: { scope: "READ", unlogged: true },
};

export const SUBSCRIPTION_RULES: Readonly<Record<keyof SubscriptionResolvers, RootRule>> = {
  experimentEvents: read(({ experimentId }) => ({ experiments: [experimentId] })),
  experimentProgress: read(({ experimentId }) => ({ experiments: [experimentId] })),
  metricPoints: read(({ runId }) => ({ runs: [runId] })),
  // As workerNodes: nodes serve every project.
  nodeHealth: anywhere,
  rolloutFeed: read(({ runId }) => ({ runs: [runId] })),
  runEvents: read(({ runId }) => ({ runs: [runId] })),
  stageActivity: read(({ experimentId }) => ({ experiments: [experimentId] })),
  stepSummaries: read(({ runId }) => ({ runs: [runId] })),
};

/** What an experiment file names. One that cannot be read names nothing: its refusal says why. */
function namedIn(source: string): Named {
  try {
    const { specification, arms } = resolveExperiment(source);
    const suites = arms.flatMap(({ configuration }) => configuration.evaluation.suites ?? []);
    return { projects: [specification.project], problemSets: ids(specification.problems.set, ...suites.map(({ set }) => set)) };
  } catch (error) {
    if (error instanceof Refusal) return {};
    throw error;
  }
}

/** What a synthesis file names; as above. */
function namedInSynthesis(source: string): Named {
  try {
    const { project, seeds, filters } = resolveSynthesis(source);
    const { from } = seeds;
    return {
      projects: [project],
      problemSets: [...filters.against, ...(from.kind === "solutions" ? [from.set] : [])],
      runs: "run" in from ? [from.run] : [],
    };
  } catch (error) {
    if (error instanceof Refusal) return {};
    throw error;
  }
}
