// Owns: the names under which stored rows are read. Must not know: queries. The shapes have one home, schema.prisma; these are derived from it.
import type * as Models from "./generated/client.ts";

export type ApiKeyRow = Models.ApiKey;
export type ArmRow = Models.Arm;
export type AuditEntryRow = Models.AuditEntry;
export type CheckpointRow = Models.Checkpoint;
export type CurriculumRow = Models.Curriculum;
export type EvaluationRow = Models.Evaluation;
export type EvaluationResultRow = Models.EvaluationResult;
export type ExperimentRow = Models.Experiment;
export type GroupRow = Models.Group;
export type PolicyVersionRow = Models.PolicyVersion;
export type ProblemRow = Models.Problem;
export type ProblemSetRow = Models.ProblemSet;
export type ProblemSetMemberRow = Models.ProblemSetMember;
export type ProjectRow = Models.Project;
export type RolloutRow = Models.Rollout;
export type RunRow = Models.Run;
export type StageExecutionRow = Models.StageExecution;
export type ModelCallRow = Models.ModelCall;
export type ModelReplyRow = Models.ModelReply;
export type SynthesisRow = Models.Synthesis;
export type SynthesisSeedRow = Models.SynthesisSeed;
export type SynthesisTurnRow = Models.SynthesisTurn;
export type StepRow = Models.Step;
export type WorkerNodeRow = Models.Node;
