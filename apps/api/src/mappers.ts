// Owns: from what the resolvers of a type start: rows, pages of rows, events. Used by codegen. Must not know: how they are read.
import type { MetricNameRow } from "@gradus/prisma/reading/metric-reader";
import type { SampleRow } from "@gradus/prisma/reading/sample-reader";
import type * as rows from "@gradus/prisma/rows";
import type { ExperimentEvent, RunEvent } from "@gradus/domain/event";
import type { SandboxReport } from "@gradus/domain/node";
import type { StepSummary } from "@gradus/domain/stage";
import type { Comparison, ComparedArm } from "./comparison/comparison-types.ts";
import type { PlacedEvent, PlacedExperimentEvent } from "./live/placed-event.ts";
import type { RunGroup } from "./comparison/groups.ts";
import type { BucketedSeries } from "./metric-series.ts";
import type { Page } from "./page.ts";
import type { DiagnosedWait } from "./stage-wait.ts";

export type AlertModel = rows.AlertRow;
export type AlertDeliveryModel = rows.AlertDeliveryRow;
export type AlertRuleModel = rows.AlertRuleRow;
export type ApiKeyModel = rows.ApiKeyRow;
export type ArmModel = rows.ArmRow;
export type AuditEntryModel = rows.AuditEntryRow;
export type CheckpointModel = rows.CheckpointRow;
export type CurriculumModel = rows.CurriculumRow;
export type EvaluationModel = rows.EvaluationRow;
export type EvaluationResultModel = rows.EvaluationResultRow;
/** `position`: how far the numbering across runs had come just before the row was read. */
export type ExperimentModel = rows.ExperimentRow & { readonly position?: bigint };
export type GroupModel = rows.GroupRow;
export type MetricNameModel = MetricNameRow;
export type PolicyVersionModel = rows.PolicyVersionRow;
export type ProblemModel = rows.ProblemRow;
export type ProblemSetModel = rows.ProblemSetRow;
export type ProblemSetMemberModel = rows.ProblemSetMemberRow;
export type ProjectModel = rows.ProjectRow;
export type RolloutModel = rows.RolloutRow;
/** `orderedBy`: its place in a list that is not ordered by time. */
export type RunModel = rows.RunRow & { readonly orderedBy?: readonly string[] };
export type SampleModel = SampleRow;
export type ExperimentTemplateModel = rows.ExperimentTemplateRow;
export type SavedViewModel = rows.SavedViewRow;
export type StageExecutionModel = rows.StageExecutionRow;
export type StageWaitModel = DiagnosedWait;
export type StepModel = rows.StepRow;
/** `alive`: what the reader found, where that is what is told. */
export type WorkerNodeModel = rows.WorkerNodeRow & { readonly alive?: boolean };

export type AlertConnectionModel = Page<AlertModel>;
export type ExperimentConnectionModel = Page<ExperimentModel>;
export type RunConnectionModel = Page<RunModel>;
export type StepConnectionModel = Page<StepModel>;
export type StageExecutionConnectionModel = Page<StageExecutionModel>;
export type PolicyVersionConnectionModel = Page<PolicyVersionModel>;
export type ProblemSetConnectionModel = Page<ProblemSetModel>;
export type ProblemSetMemberConnectionModel = Page<ProblemSetMemberModel>;
export type ProblemConnectionModel = Page<ProblemModel>;
export type RolloutConnectionModel = Page<RolloutModel>;
export type EvaluationResultConnectionModel = Page<EvaluationResultModel>;
export type SampleConnectionModel = Page<SampleModel>;
export type MetricNameConnectionModel = Page<MetricNameModel>;

export type RunEventModel = PlacedEvent;
export type RunEventBodyModel = RunEvent;
export type ExperimentEventModel = PlacedExperimentEvent;
export type ExperimentEventBodyModel = RunEvent | ExperimentEvent;
export type StepCompletedModel = Extract<RunEvent, { type: "STEP_COMPLETED" }>;
export type StepNewsModel = PlacedEvent & { readonly event: StepCompletedModel };
export type RolloutNewsModel = PlacedEvent & { readonly event: Extract<RunEvent, { type: "STAGE_ENDED" }> };
export type NodeHealthModel = { readonly cursor: string; readonly nodes: readonly WorkerNodeModel[] };
export type MetricsRecordedModel = Extract<RunEvent, { type: "METRICS_RECORDED" }>;
export type MetricSeriesModel = BucketedSeries;
export type StepSummaryModel = StepSummary;
export type SandboxReportModel = SandboxReport;
export type ComparisonModel = Comparison;
export type ComparedArmModel = ComparedArm;
export type RunGroupModel = RunGroup;
