// Owns: an experiment file's text -> the resolved experiment, or every reason why not. Must not know: what is stored.
import { algorithmNamed, ExperimentSpec, layOver, resolveCurriculum, RunSpec, withAlgorithm } from "@gradus/domain";
import type { PolicySpec, ProblemSelection } from "@gradus/domain";
import { parseDocument } from "yaml";
import { beyondEngine } from "./beyond-engine.ts";
import { besideProposals } from "./beside-proposals.ts";
import { applyScale } from "./apply-scale.ts";
import { asRecord, merge } from "./merge.ts";
import { fieldErrors, Refusal } from "./refusal.ts";
import type { FieldError } from "./refusal.ts";

export interface ResolvedExperiment {
  /** Every default filled in; resolving it again gives the same. */
  readonly specification: ExperimentSpec;
  readonly arms: readonly ResolvedArm[];
}

export interface ResolvedArm {
  readonly name: string;
  readonly curriculumName: string;
  readonly configuration: RunSpec;
  /** Which problems it trains on; absent = all of the set. `freezeSelections` makes it `configuration.trainingSet`. */
  readonly select?: ProblemSelection;
}

/** JSON is YAML too. @throws Refusal with path, value and expectation of everything that is wrong */
export function resolveExperiment(source: string): ResolvedExperiment {
  const { written, fields: ofScale } = applyScale(readYaml(source));
  const parsed = ExperimentSpec.safeParse(written);
  const fields = [
    ...ofScale,
    ...(parsed.success ? [] : fieldErrors(parsed.error.issues, written)),
    ...filePaths(written),
    ...(parsed.success ? unmeasured(parsed.data) : []),
    ...unknownCurricula(written),
  ];
  if (!parsed.success || fields.length > 0)
    throw new Refusal(fields.length === 1 ? "one field is wrong" : `${fields.length} fields are wrong`, fields);

  const { policy, execution, environment } = parsed.data;
  const arms = parsed.data.arms.map((arm, index) => {
    // What the arm's author wrote, not what the parser filled in: an arm's defaults are the experiment's settings.
    const overrides = writtenArm(written, index);
    const training = merge(parsed.data.training, withAlgorithm(overrides["training"]));
    const configuration = RunSpec.parse({
      policy: arm.policy === undefined ? policy : fromSeed(policy),
      execution,
      ...(environment && { environment }),
      // Hooks of the named algorithm lie below what the curriculum says itself.
      curriculum: layOver(algorithmNamed(training["algorithm"])?.curriculum ?? {}, resolveCurriculum(arm.curriculum)),
      training,
      evaluation: merge(parsed.data.evaluation, overrides["evaluation"]),
    });
    const select = arm.problems?.select ?? parsed.data.problems.select;
    return {
      ...(select && { select }),
      name: arm.name,
      curriculumName: typeof arm.curriculum === "string" ? arm.curriculum : arm.name,
      configuration,
    };
  });
  const beyond = arms.flatMap(({ configuration }, index) => [
    ...beyondEngine(configuration, `arms[${index}]`),
    ...besideProposals(configuration, `arms[${index}]`),
  ]);
  if (beyond.length > 0) throw new Refusal(beyond.length === 1 ? "one field is wrong" : `${beyond.length} fields are wrong`, beyond);
  const resolvedArms = arms.map(({ name, configuration, select }, index) => ({
    name,
    ...(select && { problems: { select } }),
    ...(parsed.data.arms[index]?.policy && { policy: { warmStart: null } }),
    curriculum: parsed.data.arms[index]?.curriculum ?? configuration.curriculum,
    training: configuration.training,
    evaluation: configuration.evaluation,
  }));
  return { specification: { ...parsed.data, arms: resolvedArms }, arms };
}

const fromSeed = ({ warmStart: _none, ...policy }: PolicySpec): PolicySpec => policy;

export function readYaml(source: string): unknown {
  // Aliases are bounded: a few lines of them can stand for gigabytes.
  const document = parseDocument(source, { uniqueKeys: true, prettyErrors: true });
  const [error] = document.errors;
  if (error !== undefined) {
    const [said = ""] = error.message.split("\n");
    throw new Refusal(`the file is neither YAML nor JSON: ${said.replace("Maximum call stack size exceeded", "nested too deeply")}`);
  }
  let written: unknown;
  try {
    written = document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    // Tolerates what parses and still stands for nothing: dangling or endless aliases.
    throw new Refusal(`the file cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  try {
    // All that comes of it is written as JSON: rows, messages, the answer that quotes what is wrong.
    JSON.stringify(written);
  } catch {
    // Tolerates an alias for something that it lies in itself.
    throw new Refusal("the file cannot be read: an alias stands for something that it is a part of");
  }
  return written;
}

/** Paths mean files of the client's machine: the client uploads them and writes what they became. */
function filePaths(written: unknown): FieldError[] {
  const { problems, policy, evaluation } = asRecord(written);
  const { suites } = asRecord(evaluation);
  const file = asRecord(problems)["file"];
  const { warmStart, tokenizer } = asRecord(policy);
  return [
    ...(file === undefined
      ? []
      : [{ path: "problems.file", value: file, expected: "problems.set: import the file with POST /import/problems first" }]),
    ...(Array.isArray(suites) ? suites : []).flatMap((suite: unknown, at): FieldError[] => {
      const { file: ofSuite } = asRecord(suite);
      const expected = "evaluation.suites[].set: import the file with POST /import/problems first";
      return ofSuite === undefined ? [] : [{ path: `evaluation.suites[${at}].file`, value: ofSuite, expected }];
    }),
    ...(typeof warmStart === "string" && !/^sha256:[0-9a-f]{64}$/.test(warmStart)
      ? [{ path: "policy.warmStart", value: warmStart, expected: "sha256:<hash>: upload the file with PUT /blobs/<hash> first" }]
      : []),
    ...(typeof tokenizer === "string" && !/^sha256:[0-9a-f]{64}$/.test(tokenizer)
      ? [{ path: "policy.tokenizer", value: tokenizer, expected: "sha256:<hash>: `gradus engine tokenizer` stores a folder and prints it" }]
      : []),
  ];
}

/** What a selection looks at is known of stored sets alone. */
function unmeasured({ problems, arms }: ExperimentSpec): FieldError[] {
  if (problems.set !== undefined) return [];
  const selections = [
    { path: "problems.select", value: problems.select },
    ...arms.map((arm, index) => ({ path: `arms[${index}].problems.select`, value: arm.problems?.select })),
  ];
  return selections
    .filter(({ value }) => value !== undefined)
    .map((one) => ({ ...one, expected: "problems.set or problems.file: a measured set to select from" }));
}

function unknownCurricula(written: unknown): FieldError[] {
  const { arms } = asRecord(written);
  if (!Array.isArray(arms)) return [];
  return arms.flatMap((arm: unknown, index): FieldError[] => {
    const { curriculum } = asRecord(arm);
    if (typeof curriculum !== "string") return [];
    try {
      resolveCurriculum(curriculum);
      return [];
    } catch (error) {
      // Tolerates a name that is none: it is reported with the names there are.
      if (!(error instanceof RangeError)) throw error;
      return [{ path: `arms[${index}].curriculum`, value: curriculum, expected: error.message }];
    }
  });
}

const writtenArm = (written: unknown, index: number): Readonly<Record<string, unknown>> => {
  const { arms } = asRecord(written);
  return Array.isArray(arms) ? asRecord(arms[index]) : {};
};
