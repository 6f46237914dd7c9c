// Owns: the names under which stored rows are read. Must not know: queries. The shapes have one home, schema.prisma; these are derived from it.
import type * as Models from "./generated/client.ts";

export type AlertRow = Models.Alert;
export type AlertDeliveryRow = Models.AlertDelivery;
export type AlertRuleRow = Models.AlertRule;
export type ApiKeyRow = Models.ApiKey;
export type ArmRow = Models.Arm;
export type AuditEntryRow = Models.AuditEntry;
export type CheckpointRow = Models.Checkpoint;
export type CurriculumRow = Models.Curriculum;
export type EvaluationRow = Models.Evaluation;
export type EvaluationResultRow = Models.EvaluationResult;
export type ExperimentRow = Models.Experiment;
export type ExperimentTemplateRow = Models.ExperimentTemplate;
export type GroupRow = Models.Group;
export type PolicyVersionRow = Models.PolicyVersion;
export type ProblemRow = Models.Problem;
export type ProblemSetRow = Models.ProblemSet;
export type ProblemSetMemberRow = Models.ProblemSetMember;
export type ProjectRow = Models.Project;
export type PruningRow = Models.Pruning;
export type RolloutRow = Models.Rollout;
export type RunRow = Models.Run;
export type SavedViewRow = Models.SavedView;
export type StageExecutionRow = Models.StageExecution;
export type StepRow = Models.Step;
export type WorkerNodeRow = Models.Node;
