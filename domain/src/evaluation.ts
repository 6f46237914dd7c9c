// Owns: what an experiment file may say of evaluations, what each suite comes to, and the hashes that say whether two are alike. Must not know: where
// results are stored, how anything is executed.
import { z } from "zod";
import { contentHash } from "./content-hash.ts";
import type { Judging } from "./environment/environment.ts";
import type { ProblemOrigin } from "./problem.ts";

const samples = z.number().int().min(1).max(256);
const temperature = z.number().min(0).max(4);
const topP = z.number().gt(0).max(1);

/** Whether a suite asks for what was trained on (code, in the paper) or for something else (mathematics). */
export const EvaluationDomain = z.enum(["IN_DOMAIN", "OUT_OF_DOMAIN"]);
export type EvaluationDomain = z.infer<typeof EvaluationDomain>;

/** Days that problems must be published in, both ends included: a window after a model's data ended holds nothing that it can have read. */
export interface DateWindow {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Problems beside the experiment's own held-out ones, evaluated whenever those are (paper 6.1). What it does not say is as for those. */
export const EvaluationSuite = z
  .strictObject({
    /** Part of its metrics' names: `evaluation/<name>/pass@1`. */
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,47}$/, "lower-case letters, digits and dashes, at most 48"),
    /** Id of a stored set, whose held-out problems it asks; absent: the experiment's own set. */
    set: z.string().optional(),
    /** JSON-lines file relative to the experiment file; the client imports it and puts `set` in its place, the API refuses it. */
    file: z.string().optional(),
    domain: EvaluationDomain.default("IN_DOMAIN"),
    /** The first so many of those in the window; absent: all. */
    problems: z.number().int().min(1).optional(),
    samples: samples.optional(),
    temperature: temperature.optional(),
    topP: topP.optional(),
    from: z.iso.date().optional(),
    to: z.iso.date().optional(),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, { path: ["to"], message: "not before `from`" });
export type EvaluationSuite = z.infer<typeof EvaluationSuite>;

export const EvaluationSpec = z.strictObject({
  /** Steps between evaluations; 0 = only before the first and after the last step. */
  every: z.number().int().min(0).default(0),
  /** Held-out problems; the first so many of the set. */
  problems: z.number().int().min(1).default(200),
  /** n of c-of-n for each problem. */
  samples: samples.default(2),
  temperature: temperature.default(1),
  topP: topP.default(1),
  /** Absent where there are none, so that a specification without them keeps its hash. */
  suites: z
    .array(EvaluationSuite)
    .max(32)
    .refine((suites) => new Set(suites.map(({ name }) => name)).size === suites.length, "names of suites must differ")
    .optional(),
});
export type EvaluationSpec = z.infer<typeof EvaluationSpec>;

/** One evaluation, every setting known. `set` null: the experiment's own; `problems` null: all. */
export interface EvaluationPlan extends DateWindow {
  readonly suite: string | null;
  readonly set: string | null;
  readonly domain: EvaluationDomain;
  readonly problems: number | null;
  readonly samples: number;
  readonly temperature: number;
  readonly topP: number;
}

/** The plan of a suite, or of the experiment's own held-out problems where none is named. Throws RangeError for a suite that is not there. */
export function evaluationPlan(spec: EvaluationSpec, name?: string): EvaluationPlan {
  const { samples: often, temperature: heat, topP: mass } = spec;
  const own = {
    suite: null,
    set: null,
    domain: "IN_DOMAIN",
    problems: spec.problems,
    samples: often,
    temperature: heat,
    topP: mass,
  } as const;
  if (name === undefined) return own;
  const suite = spec.suites?.find((one) => one.name === name);
  if (suite === undefined) throw new RangeError(`evaluation.suites: there is no suite ${name}`);
  return {
    suite: name,
    set: suite.set ?? null,
    domain: suite.domain,
    problems: suite.problems ?? null,
    samples: suite.samples ?? often,
    temperature: suite.temperature ?? heat,
    topP: suite.topP ?? mass,
    from: suite.from,
    to: suite.to,
  };
}

export const suiteNames = ({ suites = [] }: EvaluationSpec): string[] => suites.map(({ name }) => name);

/** A problem without a day is in no window. */
export const isInWindow = ({ from, to }: DateWindow, { date }: Pick<ProblemOrigin, "date">): boolean =>
  (from === undefined && to === undefined) ||
  (date !== undefined && (from === undefined || date >= from) && (to === undefined || date <= to));

/** Raised whenever the same completion of the same problem could be judged otherwise than before. */
export const HARNESS_VERSION = 1;

export interface Harness {
  /** Of every environment among the problems: its prompt template's hash, and how answers are compared. */
  readonly environments: readonly { readonly name: string; readonly template: string; readonly judging: Judging }[];
  readonly limits: { readonly cpuMs: number; readonly memoryMb: number };
  readonly sampling: { readonly maxTokens: number; readonly topK: number; readonly stop: readonly string[] };
  /** Hash and parameters of the user's own environment, where there is one. */
  readonly own: unknown;
}

/** How prompts are made and completions cut, executed and judged. Numbers of evaluations with different ones are not comparable. */
export const harnessHash = ({ environments, limits, sampling, own }: Harness): string =>
  contentHash({
    version: HARNESS_VERSION,
    environments: environments.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    limits,
    sampling,
    own: own ?? null,
  });
