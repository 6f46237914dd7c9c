// Owns: which TypeScript is generated from schema.graphql: for the API types only, for its clients their operations as well; nothing that type
// stripping could not strip.
import type { CodegenConfig } from "@graphql-codegen/cli";

/** Types whose resolvers start from something else than the type itself: `apps/api/src/mappers.ts` says from what. */
const listed = [
  "Alert",
  "Experiment",
  "Run",
  "Step",
  "StageExecution",
  "PolicyVersion",
  "ProblemSet",
  "ProblemSetMember",
  "Problem",
  "Rollout",
  "EvaluationResult",
  "MetricName",
  "Sample",
  "Synthesis",
  "SynthesisTurn",
];
const others = [
  "AlertRule",
  "AlertDelivery",
  "ApiKey",
  "AuditEntry",
  "Arm",
  "Curriculum",
  "Project",
  "WorkerNode",
  "SandboxReport",
  "MachineReport",
  "NodeTelemetry",
  "StageWait",
  "SavedView",
  "Pruning",
  "ExperimentTemplate",
  "Group",
  "Evaluation",
  "Checkpoint",
  "RunEvent",
  "RunEventBody",
  "ExperimentEvent",
  "ExperimentEventBody",
  "StepCompleted",
  "StepNews",
  "RolloutNews",
  "NodeHealth",
  "MetricsRecorded",
  "MetricSeries",
  "MetricColumns",
  "StepSummary",
  "Comparison",
  "ComparedArm",
  "ComparedMetric",
  "RunGroup",
  "GroupComparison",
  "ModelCall",
  "SynthesisSeed",
];
const mapper = (type: string): [string, string] => [type, `../mappers.ts#${type}Model`];

/** What a client meets on the wire. */
const clientScalars = {
  ID: "string",
  DateTime: "string",
  JSON: "unknown",
  Cursor: "string",
  BigInt: "number | string",
  MetricValue: "number | 'NaN' | 'Infinity' | '-Infinity'",
  MetricColumn: "(number | 'NaN' | 'Infinity' | '-Infinity' | null)[]",
};

const config: CodegenConfig = {
  schema: "schema.graphql",
  generates: {
    "apps/cli/src/client/generated/operations.ts": {
      documents: "apps/cli/src/client/*.graphql",
      plugins: ["typescript-operations", "typed-document-node"],
      config: { useTypeImports: true, enumsAsTypes: true, scalars: clientScalars },
    },
    "apps/web/src/generated/": {
      documents: ["apps/web/src/**/*.ts", "!apps/web/src/generated/**"],
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: { documentMode: "string", useTypeImports: true, enumsAsTypes: true, skipTypename: false, scalars: clientScalars },
    },
    "apps/api/src/generated/schema-types.ts": {
      plugins: ["typescript", "typescript-resolvers"],
      config: {
        contextType: "../context.ts#ApiContext",
        mappers: Object.fromEntries([...listed, ...others, ...listed.map((type) => `${type}Connection`)].map(mapper)),
        useTypeImports: true,
        enumsAsTypes: true,
        avoidOptionals: { field: true, object: true, inputValue: false, defaultValue: false },
        maybeValue: "T | null",
        inputMaybeValue: "T | null | undefined",
        scalars: {
          ID: "string",
          DateTime: "Date",
          JSON: "unknown",
          Cursor: "string",
          BigInt: { input: "bigint", output: "bigint" },
          MetricValue: "number",
          MetricColumn: { input: "number[]", output: "ArrayLike<number | null>" },
        },
      },
    },
  },
};

export default config;
