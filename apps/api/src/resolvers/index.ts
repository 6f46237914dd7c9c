// Owns: the list of resolvers, one file for each coordinate of the schema. Adding one is adding its file and its lines here.
import type { Resolvers } from "../generated/schema-types.ts";
import { Alert } from "./Alert.ts";
import { AlertRule } from "./AlertRule.ts";
import { Arm } from "./Arm.ts";
import { Curriculum } from "./Curriculum.ts";
import { Evaluation } from "./Evaluation.ts";
import { Experiment } from "./Experiment.ts";
import { ExperimentEventBody } from "./ExperimentEventBody.ts";
import { Group } from "./Group.ts";
import { MachineReport } from "./MachineReport.ts";
import { MetricColumns } from "./MetricColumns.ts";
import { MetricSeries } from "./MetricSeries.ts";
import { MetricsRecorded } from "./MetricsRecorded.ts";
import { Node } from "./Node.ts";
import { NodeTelemetry } from "./NodeTelemetry.ts";
import { PolicyVersion } from "./PolicyVersion.ts";
import { Problem } from "./Problem.ts";
import { ProblemSet } from "./ProblemSet.ts";
import { ProblemSetMember } from "./ProblemSetMember.ts";
import { Project } from "./Project.ts";
import { Pruning } from "./Pruning.ts";
import { Rollout } from "./Rollout.ts";
import { RolloutNews } from "./RolloutNews.ts";
import { Run } from "./Run.ts";
import { RunEventBody } from "./RunEventBody.ts";
import { Step } from "./Step.ts";
import { StepNews } from "./StepNews.ts";
import { StepSummary } from "./StepSummary.ts";
import { SandboxReport } from "./SandboxReport.ts";
import { StageWait } from "./StageWait.ts";
import { ModelCall } from "./ModelCall.ts";
import { Synthesis } from "./Synthesis.ts";
import { SynthesisTurn } from "./SynthesisTurn.ts";
import { WorkerNode } from "./WorkerNode.ts";
import { alertRules as queryAlertRules } from "./Query/alertRules.ts";
import { alerts as queryAlerts } from "./Query/alerts.ts";
import { apiKeys as queryApiKeys } from "./Query/apiKeys.ts";
import { auditLog as queryAuditLog } from "./Query/auditLog.ts";
import { chain as queryChain } from "./Query/chain.ts";
import { comparison as queryComparison } from "./Query/comparison.ts";
import { curricula as queryCurricula } from "./Query/curricula.ts";
import { curriculumPresets as queryCurriculumPresets } from "./Query/curriculumPresets.ts";
import { evaluation as queryEvaluation } from "./Query/evaluation.ts";
import { experiment as queryExperiment } from "./Query/experiment.ts";
import { experimentTemplates as queryExperimentTemplates } from "./Query/experimentTemplates.ts";
import { experiments as queryExperiments } from "./Query/experiments.ts";
import { group as queryGroup } from "./Query/group.ts";
import { groupComparison as queryGroupComparison } from "./Query/groupComparison.ts";
import { metricDefinitions as queryMetricDefinitions } from "./Query/metricDefinitions.ts";
import { metricSeries as queryMetricSeries } from "./Query/metricSeries.ts";
import { pretraining as queryPretraining } from "./Query/pretraining.ts";
import { node as queryNode } from "./Query/node.ts";
import { problem as queryProblem } from "./Query/problem.ts";
import { problemSet as queryProblemSet } from "./Query/problemSet.ts";
import { problemSets as queryProblemSets } from "./Query/problemSets.ts";
import { problems as queryProblems } from "./Query/problems.ts";
import { project as queryProject } from "./Query/project.ts";
import { projects as queryProjects } from "./Query/projects.ts";
import { rollout as queryRollout } from "./Query/rollout.ts";
import { rollouts as queryRollouts } from "./Query/rollouts.ts";
import { run as queryRun } from "./Query/run.ts";
import { runGroups as queryRunGroups } from "./Query/runGroups.ts";
import { runs as queryRuns } from "./Query/runs.ts";
import { savedViews as querySavedViews } from "./Query/savedViews.ts";
import { server as queryServer } from "./Query/server.ts";
import { simulateCurriculum as querySimulateCurriculum } from "./Query/simulateCurriculum.ts";
import { syntheses as querySyntheses } from "./Query/syntheses.ts";
import { synthesis as querySynthesis } from "./Query/synthesis.ts";
import { taskQueues as queryTaskQueues } from "./Query/taskQueues.ts";
import { workerNodes as queryWorkerNodes } from "./Query/workerNodes.ts";
import { archiveExperiment as mutationArchiveExperiment } from "./Mutation/archiveExperiment.ts";
import { archiveRun as mutationArchiveRun } from "./Mutation/archiveRun.ts";
import { cancelExperiment as mutationCancelExperiment } from "./Mutation/cancelExperiment.ts";
import { cancelRun as mutationCancelRun } from "./Mutation/cancelRun.ts";
import { createAlertRule as mutationCreateAlertRule } from "./Mutation/createAlertRule.ts";
import { cancelSynthesis as mutationCancelSynthesis } from "./Mutation/cancelSynthesis.ts";
import { createApiKey as mutationCreateApiKey } from "./Mutation/createApiKey.ts";
import { createExperiment as mutationCreateExperiment } from "./Mutation/createExperiment.ts";
import { createRun as mutationCreateRun } from "./Mutation/createRun.ts";
import { deleteAlertRule as mutationDeleteAlertRule } from "./Mutation/deleteAlertRule.ts";
import { deleteExperiment as mutationDeleteExperiment } from "./Mutation/deleteExperiment.ts";
import { deleteRun as mutationDeleteRun } from "./Mutation/deleteRun.ts";
import { deleteTemplate as mutationDeleteTemplate } from "./Mutation/deleteTemplate.ts";
import { deleteView as mutationDeleteView } from "./Mutation/deleteView.ts";
import { editExperiment as mutationEditExperiment } from "./Mutation/editExperiment.ts";
import { editRun as mutationEditRun } from "./Mutation/editRun.ts";
import { finishRun as mutationFinishRun } from "./Mutation/finishRun.ts";
import { logMetrics as mutationLogMetrics } from "./Mutation/logMetrics.ts";
import { logSamples as mutationLogSamples } from "./Mutation/logSamples.ts";
import { forkRun as mutationForkRun } from "./Mutation/forkRun.ts";
import { muteAlertRule as mutationMuteAlertRule } from "./Mutation/muteAlertRule.ts";
import { pauseRun as mutationPauseRun } from "./Mutation/pauseRun.ts";
import { pretrain as mutationPretrain } from "./Mutation/pretrain.ts";
import { resolveAlert as mutationResolveAlert } from "./Mutation/resolveAlert.ts";
import { restoreExperiment as mutationRestoreExperiment } from "./Mutation/restoreExperiment.ts";
import { restoreRun as mutationRestoreRun } from "./Mutation/restoreRun.ts";
import { resumeRun as mutationResumeRun } from "./Mutation/resumeRun.ts";
import { revokeApiKey as mutationRevokeApiKey } from "./Mutation/revokeApiKey.ts";
import { saveTemplate as mutationSaveTemplate } from "./Mutation/saveTemplate.ts";
import { saveView as mutationSaveView } from "./Mutation/saveView.ts";
import { setProjectRetention as mutationSetProjectRetention } from "./Mutation/setProjectRetention.ts";
import { setNodeDraining as mutationSetNodeDraining } from "./Mutation/setNodeDraining.ts";
import { setRunRetention as mutationSetRunRetention } from "./Mutation/setRunRetention.ts";
import { setTotalSteps as mutationSetTotalSteps } from "./Mutation/setTotalSteps.ts";
import { startExperiment as mutationStartExperiment } from "./Mutation/startExperiment.ts";
import { startSynthesis as mutationStartSynthesis } from "./Mutation/startSynthesis.ts";
import { validateExperiment as mutationValidateExperiment } from "./Mutation/validateExperiment.ts";
import { validateSynthesis as mutationValidateSynthesis } from "./Mutation/validateSynthesis.ts";
import { experimentEvents as subscriptionExperimentEvents } from "./Subscription/experimentEvents.ts";
import { experimentProgress as subscriptionExperimentProgress } from "./Subscription/experimentProgress.ts";
import { metricPoints as subscriptionMetricPoints } from "./Subscription/metricPoints.ts";
import { nodeHealth as subscriptionNodeHealth } from "./Subscription/nodeHealth.ts";
import { rolloutFeed as subscriptionRolloutFeed } from "./Subscription/rolloutFeed.ts";
import { runEvents as subscriptionRunEvents } from "./Subscription/runEvents.ts";
import { stageActivity as subscriptionStageActivity } from "./Subscription/stageActivity.ts";
import { stepSummaries as subscriptionStepSummaries } from "./Subscription/stepSummaries.ts";

export const resolvers: Resolvers = {
  Query: {
    alertRules: queryAlertRules,
    alerts: queryAlerts,
    apiKeys: queryApiKeys,
    auditLog: queryAuditLog,
    chain: queryChain,
    comparison: queryComparison,
    curricula: queryCurricula,
    curriculumPresets: queryCurriculumPresets,
    evaluation: queryEvaluation,
    experiment: queryExperiment,
    experimentTemplates: queryExperimentTemplates,
    experiments: queryExperiments,
    group: queryGroup,
    groupComparison: queryGroupComparison,
    metricDefinitions: queryMetricDefinitions,
    metricSeries: queryMetricSeries,
    node: queryNode,
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
    runGroups: queryRunGroups,
    runs: queryRuns,
    savedViews: querySavedViews,
    server: queryServer,
    simulateCurriculum: querySimulateCurriculum,
    syntheses: querySyntheses,
    synthesis: querySynthesis,
    taskQueues: queryTaskQueues,
    workerNodes: queryWorkerNodes,
  },
  Mutation: {
    archiveExperiment: mutationArchiveExperiment,
    archiveRun: mutationArchiveRun,
    cancelExperiment: mutationCancelExperiment,
    cancelRun: mutationCancelRun,
    createAlertRule: mutationCreateAlertRule,
    cancelSynthesis: mutationCancelSynthesis,
    createApiKey: mutationCreateApiKey,
    createExperiment: mutationCreateExperiment,
    createRun: mutationCreateRun,
    deleteAlertRule: mutationDeleteAlertRule,
    deleteExperiment: mutationDeleteExperiment,
    deleteRun: mutationDeleteRun,
    deleteTemplate: mutationDeleteTemplate,
    deleteView: mutationDeleteView,
    editExperiment: mutationEditExperiment,
    editRun: mutationEditRun,
    finishRun: mutationFinishRun,
    forkRun: mutationForkRun,
    logMetrics: mutationLogMetrics,
    logSamples: mutationLogSamples,
    muteAlertRule: mutationMuteAlertRule,
    pauseRun: mutationPauseRun,
    pretrain: mutationPretrain,
    resolveAlert: mutationResolveAlert,
    restoreExperiment: mutationRestoreExperiment,
    restoreRun: mutationRestoreRun,
    resumeRun: mutationResumeRun,
    revokeApiKey: mutationRevokeApiKey,
    saveTemplate: mutationSaveTemplate,
    saveView: mutationSaveView,
    setProjectRetention: mutationSetProjectRetention,
    setNodeDraining: mutationSetNodeDraining,
    setRunRetention: mutationSetRunRetention,
    setTotalSteps: mutationSetTotalSteps,
    startExperiment: mutationStartExperiment,
    startSynthesis: mutationStartSynthesis,
    validateExperiment: mutationValidateExperiment,
    validateSynthesis: mutationValidateSynthesis,
  },
  Subscription: {
    experimentEvents: subscriptionExperimentEvents,
    experimentProgress: subscriptionExperimentProgress,
    metricPoints: subscriptionMetricPoints,
    nodeHealth: subscriptionNodeHealth,
    rolloutFeed: subscriptionRolloutFeed,
    runEvents: subscriptionRunEvents,
    stageActivity: subscriptionStageActivity,
    stepSummaries: subscriptionStepSummaries,
  },
  Alert,
  AlertRule,
  Arm,
  Curriculum,
  Evaluation,
  Experiment,
  ExperimentEventBody,
  Group,
  MetricColumns,
  MetricSeries,
  MetricsRecorded,
  PolicyVersion,
  Problem,
  ProblemSet,
  ProblemSetMember,
  Project,
  Pruning,
  Rollout,
  RolloutNews,
  Run,
  RunEventBody,
  Step,
  StepNews,
  StepSummary,
  SandboxReport,
  MachineReport,
  Node,
  NodeTelemetry,
  StageWait,
  ModelCall,
  Synthesis,
  SynthesisTurn,
  WorkerNode,
};
