// Owns: what a synthesis file may say. Must not know: files, YAML, how a model is asked, where anything is stored.
import { z } from "zod";
import { ExecutionSpec, SamplingSettings } from "../experiment.ts";
import { Placement } from "../placement.ts";
import { PolicyEngineName } from "../policy-engine-name.ts";
import { EnvironmentName } from "../problem.ts";

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,47}$/, "lower-case letters, digits and dashes, at most 48");

/** The environments for which a teacher can write problems (paper Table 1). */
export const SynthesisEnvironment = EnvironmentName.extract(["INDUCTION", "ABDUCTION", "DEDUCTION", "FUZZING"]);
export type SynthesisEnvironment = z.infer<typeof SynthesisEnvironment>;

/**
 * What a teacher begins with (paper 2.3). grammar: nothing, for the embedded teacher. snippets: windows of 25 to 50 lines of the Python standard
 * library. solutions: references of a stored set. rollouts: programs of a run that passed. weaknesses: references of the problems that a run consistently
 * failed, categories by how much of them it fails (SwS, paper section 7, row 33).
 */
export const SeedSource = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("grammar") }),
  z.strictObject({ kind: z.literal("snippets") }),
  z.strictObject({ kind: z.literal("solutions"), set: z.string().min(1) }),
  z.strictObject({ kind: z.literal("rollouts"), run: z.string().min(1) }),
  /** A problem whose accuracy never reaches `learnedFrom`, and does not rise, is a failure. */
  z.strictObject({ kind: z.literal("weaknesses"), run: z.string().min(1), learnedFrom: z.number().min(0).max(1).default(0.5) }),
]);
export type SeedSource = z.infer<typeof SeedSource>;

/** A price for a million tokens, in the currency of whoever pays. */
const price = z.number().min(0).default(0);

/**
 * A server that speaks the OpenAI chat completions API. `key` names a pair of variables of the worker, `GRADUS_MODEL_KEY_<key>` and
 * `GRADUS_MODEL_URL_<key>`: a key goes to the address that its owner put beside it, never to one that a file names.
 */
export const ModelEndpoint = z
  .strictObject({
    kind: z.literal("endpoint"),
    model: z.string().min(1).max(200),
    /** `http://127.0.0.1:8000/v1`; for servers that want no key. */
    url: z.url({ protocol: /^https?$/ }).optional(),
    key: z
      .string()
      .regex(/^[A-Z0-9_]{1,32}$/, "upper-case letters, digits and underscores")
      .optional(),
    temperature: z.number().min(0).max(2).default(1),
    /** Absent: not sent, since some reasoning models refuse it. */
    topP: z.number().gt(0).max(1).optional(),
    /** Of a reply, the reasoning included. */
    maxTokens: z.number().int().min(1).max(262_144).default(8_192),
    /** Under which name the limit is sent: hosted reasoning models know the newer one only, many other servers the older one only. */
    maxTokensField: z.enum(["max_tokens", "max_completion_tokens"]).default("max_tokens"),
    /** Absent: the server's own. */
    reasoningEffort: z.enum(["none", "minimal", "low", "medium", "high", "xhigh"]).optional(),
    /** False for a server that refuses the field `seed`; replies are then told apart in the cache by a number that is not sent. */
    sendSeed: z.boolean().default(true),
    /** Calls at once. */
    concurrency: z.number().int().min(1).max(256).default(4),
    /** Of one request, from its sending to its last byte. */
    timeoutMs: z.number().int().min(100).max(3_600_000).default(300_000),
    /** Requests for one reply, before its activity fails. */
    maxTries: z.number().int().min(1).max(20).default(6),
    pricePerMillion: z.strictObject({ prompt: price, completion: price }).prefault({}),
  })
  .refine(({ url, key }) => (url === undefined) !== (key === undefined), "exactly one of url and key");
export type ModelEndpoint = z.infer<typeof ModelEndpoint>;

const GrammarTeacher = z.strictObject({ kind: z.literal("grammar") });

const PolicyStudent = z.strictObject({
  kind: z.literal("policy"),
  engine: PolicyEngineName.default("embedded"),
  /** `sha256:<hash>` of stored weights, or a file relative to this one that the client uploads. */
  warmStart: z.string().min(1),
  /** A problem with a longer prompt is refused. 88 is what the embedded engine's own shapes read. */
  maxPromptTokens: z.number().int().min(1).default(88),
  sampling: SamplingSettings.prefault({}),
  /** What the labels of the node must say that attempts the problems. */
  placement: Placement.optional(),
});

export const TeacherSpec = z.union([GrammarTeacher, ModelEndpoint]);
export type TeacherSpec = z.infer<typeof TeacherSpec>;
export const StudentSpec = z.union([PolicyStudent, ModelEndpoint]);
export type StudentSpec = z.infer<typeof StudentSpec>;

/** Pass rates, both ends included. */
export const PassRateBand = z
  .strictObject({ low: z.number().min(0).max(1), high: z.number().min(0).max(1) })
  .refine(({ low, high }) => low <= high, "low must not be above high");
export type PassRateBand = z.infer<typeof PassRateBand>;

export const FilterSpec = z.strictObject({
  /** Of the kept (paper 2.5). Of 32 attempts the default keeps 1 to 31. */
  passRate: PassRateBand.prefault({ low: 0.01, high: 0.97 }),
  /** Problems of one environment and of different seeds whose normalised programs share at least this much (Jaccard, by MinHash) are one; 1 = exact repeats only. */
  nearDuplicate: z.number().gt(0).max(1).default(0.9),
  /** Sets whose programs must not be written anew: evaluation sets. */
  against: z.array(z.string().min(1)).max(16).default([]),
});

/** A synthesis file (YAML or JSON). Unknown keys are errors. */
export const SynthesisSpec = z
  .strictObject({
    name,
    /** Which of the file's `scales` was laid over it. */
    scale: name.optional(),
    project: name.default("default"),
    environments: z.array(SynthesisEnvironment).min(1).max(4).default(["INDUCTION"]),
    seeds: z.strictObject({
      from: SeedSource.prefault({ kind: "grammar" }),
      count: z.number().int().min(1).max(100_000),
      /** Decides which are drawn, and every random choice afterwards. */
      seed: z.number().int().min(0).max(2_147_483_647).default(1),
    }),
    teacher: TeacherSpec,
    student: StudentSpec,
    /** Teacher calls for a seed; 6 in the paper. A reply that cannot be used takes its turn. */
    turns: z.number().int().min(1).max(32).default(6),
    /** Student attempts at a problem, M of the paper: 8 was found too noisy. */
    attempts: z.number().int().min(1).max(256).default(32),
    /** target: towards `target`, turn after turn. chain: hard first, then a medium and an easy variant of it (paper 3). */
    progression: z.enum(["target", "chain"]).default("target"),
    target: PassRateBand.prefault({ low: 0.35, high: 0.65 }),
    /** Inputs of an induction problem, k; and how many of them its prompt shows. All are graded. */
    inputs: z.number().int().min(2).max(20).default(5),
    visibleTests: z.number().int().min(0).max(20).default(2),
    filters: FilterSpec.prefault({}),
    /** Share of seeds whose problems are held out, whole chains together. */
    heldOut: z.number().min(0).max(1).default(0),
    /** Seeds that take their turns together. */
    batch: z.number().int().min(1).max(256).default(16),
    execution: ExecutionSpec.prefault({}),
  })
  .refine(({ visibleTests, inputs }) => visibleTests <= inputs, { path: ["visibleTests"], message: "at most `inputs`" })
  .refine(({ teacher, seeds }) => teacher.kind === "grammar" || seeds.from.kind !== "grammar", {
    path: ["seeds", "from"],
    message: "snippets, solutions, rollouts or weaknesses: only the grammar teacher writes from nothing",
  });
export type SynthesisSpec = z.infer<typeof SynthesisSpec>;
