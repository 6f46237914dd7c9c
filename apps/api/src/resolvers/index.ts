// Owns: the list of resolvers, one file for each coordinate of the schema. Adding one is adding its file and its lines here.
import type { Resolvers } from "../generated/schema-types.ts";
import { Arm } from "./Arm.ts";
import { Curriculum } from "./Curriculum.ts";
import { Evaluation } from "./Evaluation.ts";
import { Experiment } from "./Experiment.ts";
import { ExperimentEventBody } from "./ExperimentEventBody.ts";
import { Group } from "./Group.ts";
import { MetricSeries } from "./MetricSeries.ts";
import { MetricsRecorded } from "./MetricsRecorded.ts";
import { PolicyVersion } from "./PolicyVersion.ts";
import { Problem } from "./Problem.ts";
import { ProblemSet } from "./ProblemSet.ts";
import { ProblemSetMember } from "./ProblemSetMember.ts";
import { Rollout } from "./Rollout.ts";
import { Run } from "./Run.ts";
import { RunEventBody } from "./RunEventBody.ts";
import { Step } from "./Step.ts";
import { StepSummary } from "./StepSummary.ts";
import { SandboxReport } from "./SandboxReport.ts";
import { ModelCall } from "./ModelCall.ts";
import { Synthesis } from "./Synthesis.ts";
import { SynthesisTurn } from "./SynthesisTurn.ts";
import { WorkerNode } from "./WorkerNode.ts";
import { apiKeys as queryApiKeys } from "./Query/apiKeys.ts";
import { auditLog as queryAuditLog } from "./Query/auditLog.ts";
import { comparison as queryComparison } from "./Query/comparison.ts";
import { curricula as queryCurricula } from "./Query/curricula.ts";
import { curriculumPresets as queryCurriculumPresets } from "./Query/curriculumPresets.ts";
import { evaluation as queryEvaluation } from "./Query/evaluation.ts";
import { experiment as queryExperiment } from "./Query/experiment.ts";
import { experiments as queryExperiments } from "./Query/experiments.ts";
import { group as queryGroup } from "./Query/group.ts";
import { metricDefinitions as queryMetricDefinitions } from "./Query/metricDefinitions.ts";
import { metricSeries as queryMetricSeries } from "./Query/metricSeries.ts";
import { pretraining as queryPretraining } from "./Query/pretraining.ts";
import { problem as queryProblem } from "./Query/problem.ts";
import { problemSet as queryProblemSet } from "./Query/problemSet.ts";
import { problemSets as queryProblemSets } from "./Query/problemSets.ts";
import { problems as queryProblems } from "./Query/problems.ts";
import { project as queryProject } from "./Query/project.ts";
import { projects as queryProjects } from "./Query/projects.ts";
import { rollout as queryRollout } from "./Query/rollout.ts";
import { rollouts as queryRollouts } from "./Query/rollouts.ts";
import { run as queryRun } from "./Query/run.ts";
import { runs as queryRuns } from "./Query/runs.ts";
import { server as queryServer } from "./Query/server.ts";
import { simulateCurriculum as querySimulateCurriculum } from "./Query/simulateCurriculum.ts";
import { syntheses as querySyntheses } from "./Query/syntheses.ts";
import { synthesis as querySynthesis } from "./Query/synthesis.ts";
import { workerNodes as queryWorkerNodes } from "./Query/workerNodes.ts";
import { cancelExperiment as mutationCancelExperiment } from "./Mutation/cancelExperiment.ts";
import { cancelRun as mutationCancelRun } from "./Mutation/cancelRun.ts";
import { cancelSynthesis as mutationCancelSynthesis } from "./Mutation/cancelSynthesis.ts";
import { createApiKey as mutationCreateApiKey } from "./Mutation/createApiKey.ts";
import { createExperiment as mutationCreateExperiment } from "./Mutation/createExperiment.ts";
import { createRun as mutationCreateRun } from "./Mutation/createRun.ts";
import { finishRun as mutationFinishRun } from "./Mutation/finishRun.ts";
import { logMetrics as mutationLogMetrics } from "./Mutation/logMetrics.ts";
import { logSamples as mutationLogSamples } from "./Mutation/logSamples.ts";
import { forkRun as mutationForkRun } from "./Mutation/forkRun.ts";
import { pauseRun as mutationPauseRun } from "./Mutation/pauseRun.ts";
import { pretrain as mutationPretrain } from "./Mutation/pretrain.ts";
import { resumeRun as mutationResumeRun } from "./Mutation/resumeRun.ts";
import { revokeApiKey as mutationRevokeApiKey } from "./Mutation/revokeApiKey.ts";
import { setTotalSteps as mutationSetTotalSteps } from "./Mutation/setTotalSteps.ts";
import { startExperiment as mutationStartExperiment } from "./Mutation/startExperiment.ts";
import { startSynthesis as mutationStartSynthesis } from "./Mutation/startSynthesis.ts";
import { validateExperiment as mutationValidateExperiment } from "./Mutation/validateExperiment.ts";
import { validateSynthesis as mutationValidateSynthesis } from "./Mutation/validateSynthesis.ts";
import { experimentEvents as subscriptionExperimentEvents } from "./Subscription/experimentEvents.ts";
import { metricPoints as subscriptionMetricPoints } from "./Subscription/metricPoints.ts";
import { runEvents as subscriptionRunEvents } from "./Subscription/runEvents.ts";

export const resolvers: Resolvers = {
  Query: {
    apiKeys: queryApiKeys,
    auditLog: queryAuditLog,
    comparison: queryComparison,
    curricula: queryCurricula,
    curriculumPresets: queryCurriculumPresets,
    evaluation: queryEvaluation,
    experiment: queryExperiment,
    experiments: queryExperiments,
    group: queryGroup,
    metricDefinitions: queryMetricDefinitions,
    metricSeries: queryMetricSeries,
    pretraining: queryPretraining,
    problem: queryProblem,
    problemSet: queryProblemSet,
    problemSets: queryProblemSets,
    problems: queryProblems,
    project: queryProject,
    projects: queryProjects,
    rollout: queryRollout,
    rollouts: queryRollouts,
    run: queryRun,
    runs: queryRuns,
    server: queryServer,
    simulateCurriculum: querySimulateCurriculum,
    syntheses: querySyntheses,
    synthesis: querySynthesis,
    workerNodes: queryWorkerNodes,
  },
  Mutation: {
    cancelExperiment: mutationCancelExperiment,
    cancelRun: mutationCancelRun,
    cancelSynthesis: mutationCancelSynthesis,
    createApiKey: mutationCreateApiKey,
    createExperiment: mutationCreateExperiment,
    createRun: mutationCreateRun,
    finishRun: mutationFinishRun,
    forkRun: mutationForkRun,
    logMetrics: mutationLogMetrics,
    logSamples: mutationLogSamples,
    pauseRun: mutationPauseRun,
    pretrain: mutationPretrain,
    resumeRun: mutationResumeRun,
    revokeApiKey: mutationRevokeApiKey,
    setTotalSteps: mutationSetTotalSteps,
    startExperiment: mutationStartExperiment,
    startSynthesis: mutationStartSynthesis,
    validateExperiment: mutationValidateExperiment,
    validateSynthesis: mutationValidateSynthesis,
  },
  Subscription: {
    experimentEvents: subscriptionExperimentEvents,
    metricPoints: subscriptionMetricPoints,
    runEvents: subscriptionRunEvents,
  },
  Arm,
  Curriculum,
  Evaluation,
  Experiment,
  ExperimentEventBody,
  Group,
  MetricSeries,
  MetricsRecorded,
  PolicyVersion,
  Problem,
  ProblemSet,
  ProblemSetMember,
  Rollout,
  Run,
  RunEventBody,
  Step,
  StepSummary,
  SandboxReport,
  ModelCall,
  Synthesis,
  SynthesisTurn,
  WorkerNode,
};
