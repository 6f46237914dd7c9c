// Owns: the frozen task a policy is trained or evaluated on. Must not know: who wrote it or how it is executed.
import { z } from "zod";

/**
 * How a problem is posed, executed and rewarded (paper section 2.1). CONTEST to ANSWER are for imported real data; in PROPOSAL the policy writes a
 * problem itself (self-play, strategy 27).
 */
export const EnvironmentName = z.enum([
  "INDUCTION",
  "ABDUCTION",
  "DEDUCTION",
  "FUZZING",
  "CONTEST",
  "FUNCTION_TEST",
  "PYTEST",
  "ANSWER",
  "PROPOSAL",
]);
export type EnvironmentName = z.infer<typeof EnvironmentName>;

/** The environments of problems that a set may hold: what a policy is asked to write belongs to its run. */
export const SetEnvironment = EnvironmentName.exclude(["PROPOSAL"]);

/** The environments of problems that a policy may write: a program and an input, or for a program that is there a message and inputs. */
export const ProposalTask = EnvironmentName.extract(["ABDUCTION", "DEDUCTION", "INDUCTION"]);
export type ProposalTask = z.infer<typeof ProposalTask>;

/** Broad difficulty bands over the measured pass rate (paper Table 3); `null` elsewhere means in no band. */
export const Bucket = z.enum(["EASY", "EASY_MEDIUM", "MEDIUM", "HARD"]);
export type Bucket = z.infer<typeof Bucket>;

export const ProblemSplit = z.enum(["TRAIN", "HELD_OUT"]);
export type ProblemSplit = z.infer<typeof ProblemSplit>;

/**
 * One hidden test. `call`: `args` is a Python argument list as source text (`'John', {'age': 20}`), `expected` the Python literal of the
 * value; `exact` where it is compared as Python's `==` does (`True == 1`, no tolerance), whatever the environment says: what an assert of a
 * published check means. `check`: a trusted program defining `check(candidate)`, run outside the candidate's process.
 */
export const HiddenTest = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("call"), args: z.string(), expected: z.string(), exact: z.literal(true).optional() }),
  z.strictObject({ kind: z.literal("check"), source: z.string() }),
]);
export type HiddenTest = z.infer<typeof HiddenTest>;

/** What a teacher began with (paper 2.3): the kinds of seed that a synthesis file may name. */
export const SeedKind = z.enum(["grammar", "snippets", "solutions", "rollouts", "weaknesses"]);
export type SeedKind = z.infer<typeof SeedKind>;

/** Where a problem came from. `seedSnippet` is the hash of the code window that steered it (paper section 2.3). */
export const ProblemOrigin = z.strictObject({
  teacher: z.string(),
  seed: z.number().int().optional(),
  seedSnippet: z.string().optional(),
  /** Of a problem that a synthesis wrote. */
  seedKind: SeedKind.optional(),
  parentHash: z.string().optional(),
  chain: z.string().optional(),
  rung: z.number().int().nonnegative().optional(),
  source: z.string().optional(),
  /** Day that the problem was published, `2024-05-31`, for evaluations within a window. */
  date: z.iso.date().optional(),
  /** How hard its publisher says it is: the splits of LiveCodeBench, the levels of MATH. */
  difficulty: z.string().min(1).max(60).optional(),
});
export type ProblemOrigin = z.infer<typeof ProblemOrigin>;

/** A problem before it has an id: everything that its content hash covers, and its origin. */
export const ProblemContent = z.strictObject({
  environment: EnvironmentName,
  /** Natural-language hint shown to the policy. */
  message: z.string(),
  /** Name of the function the tests call. */
  entryPoint: z.string(),
  /** Reference solution: a Python program defining `entryPoint`. Never shown in induction. */
  reference: z.string(),
  tests: z.array(HiddenTest).min(1),
  /** How many of `tests`, from the first, the prompt shows as examples. All are graded. */
  visibleTests: z.number().int().nonnegative(),
  /** Abduction only. execute, where absent: any input with the shown output. exact: the hidden input itself (paper Table 1 as printed). */
  match: z.enum(["execute", "exact"]).optional(),
  /** Proposals only: the environment of the problem that is to be written. */
  task: ProposalTask.optional(),
  /** Proposals of an induction only: how many inputs are to be written. */
  inputs: z.number().int().min(2).optional(),
});
export type ProblemContent = z.infer<typeof ProblemContent>;

const Content = z.object(ProblemContent.shape);

/** All that a problem's content hash covers, and nothing else of it. @throws ZodError where it is no content */
export const contentOf = (problem: ProblemContent): ProblemContent => Content.parse(problem);

/** Pass rate as measured: `passes` of `attempts`, integers, never a float (paper 2.5). */
export const MeasuredPassRate = z.strictObject({ passes: z.number().int().nonnegative(), attempts: z.number().int().positive() });
export type MeasuredPassRate = z.infer<typeof MeasuredPassRate>;

/** A stored problem. `contentHash` = SHA-256 of the canonical JSON of its content; `astHash` = hash of the reference's normalised AST. */
export const Problem = ProblemContent.extend({
  id: z.string(),
  contentHash: z.string(),
  astHash: z.string(),
  origin: ProblemOrigin,
  split: ProblemSplit,
  operations: z.array(z.string()),
  passRate: MeasuredPassRate.nullable(),
  bucket: Bucket.nullable(),
});
export type Problem = z.infer<typeof Problem>;
