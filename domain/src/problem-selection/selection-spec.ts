// Owns: what an experiment file may say of the problems it trains on, and which problems that names. Must not know: where problems are stored.
import { z } from "zod";
import { isLearnable } from "../bucket.ts";
import { Bucket, EnvironmentName, SeedKind } from "../problem.ts";
import { disjointControl, drawn, freeze, learnable, matchHistograms, mixEnvironments, singleDifficulty, wholeChains } from "./select.ts";
import type { Selectable, Selection } from "./select.ts";
import { stream } from "../random.ts";

const count = z.number().int().min(1);
/** Of what is drawn; nothing else decides which of the problems that fit are taken. */
const seed = z.number().int().min(0).default(1);

const ofSubset = {
  environment: EnvironmentName.optional(),
  teacher: z.string().min(1).optional(),
  /** What its teacher began with; none: no synthesis wrote it (imported problems: the real ones of the paper). */
  seeds: z.enum(["none", ...SeedKind.options]).optional(),
};
const saysSomething = [
  ({ environment, teacher, seeds }: { environment?: unknown; teacher?: unknown; seeds?: unknown }) =>
    (environment ?? teacher ?? seeds) !== undefined,
  "at least one of environment, teacher and seeds",
] as const;

/** Problems that have all that is written. */
export const ProblemSubset = z.strictObject(ofSubset).refine(...saysSomething);
export type ProblemSubset = z.infer<typeof ProblemSubset>;

/** Which training problems of a measured set (paper 2.3, 2.5, 4.2-4.4, 5). Held-out problems are never selected: every arm is evaluated on the same ones. */
export const ProblemSelection = z.discriminatedUnion("kind", [
  /** Neither never nor always solved. */
  z.strictObject({ kind: z.literal("learnable") }),
  /** One level alone. Without `count` all of it. */
  z.strictObject({
    kind: z.literal("bin"),
    bucket: Bucket,
    bins: z.enum(["narrow", "broad"]).default("narrow"),
    count: count.optional(),
    seed,
  }),
  /** Whole easy-medium-hard chains in the narrow bins; `count` chains, three problems each. */
  z.strictObject({ kind: z.literal("chains"), count: count.optional(), seed }),
  /** The control of `chains` with the same count and seed: the same histogram, no two problems of one chain; `sameLength`: and solutions of as many lines. */
  z.strictObject({ kind: z.literal("disjoint"), count: count.optional(), seed, sameLength: z.boolean().optional() }),
  /** Learnable problems of each environment in these shares, `total` of them; without `total` the numbers as written. */
  z.strictObject({
    kind: z.literal("mix"),
    environments: z.partialRecord(EnvironmentName, count),
    total: count.optional(),
    seed,
  }),
  /** The largest part of `keep` whose histogram of pass rates `against` can match. */
  z.strictObject({ kind: z.literal("matched"), keep: ProblemSubset, against: ProblemSubset, seed }),
  /** Parts of the set together, `count` of each drawn by `seed`: real problems, and real with synthetic ones. A problem is in one part at most. */
  z.strictObject({
    kind: z.literal("parts"),
    parts: z
      .array(z.strictObject({ ...ofSubset, count: count.optional() }).refine(...saysSomething))
      .min(1)
      .max(16),
    seed,
  }),
]);
export type ProblemSelection = z.infer<typeof ProblemSelection>;

/** What a selection by specification looks at beside the pass rate. */
export interface NamedSelectable extends Selectable {
  readonly teacher: string;
  readonly seedKind?: SeedKind | undefined;
}

export interface SelectedProblems<P extends Selectable> extends Selection<P> {
  /** What to know of the selection; null where nothing. */
  readonly note: string | null;
}

/** The same problems for the same specification, whatever their order. Throws RangeError where there are none, or fewer than asked for. */
export function selectProblems<P extends NamedSelectable>(spec: ProblemSelection, problems: readonly P[]): SelectedProblems<P> {
  const selected = selectionOf(spec, problems);
  if (selected.problems.length === 0) throw new RangeError(`no problem fits: ${problems.length} were looked at`);
  return { note: null, ...selected };
}

function selectionOf<P extends NamedSelectable>(spec: ProblemSelection, problems: readonly P[]): Selection<P> & { readonly note?: string } {
  switch (spec.kind) {
    case "learnable":
      return learnable(problems);
    case "bin":
      return enough(
        singleDifficulty(problems, spec.bucket, {
          scheme: spec.bins,
          seed: spec.seed,
          ...(spec.count === undefined ? {} : { count: spec.count }),
        }),
        spec.count,
      );
    case "chains":
      return freeze(chosenChains(problems, spec).flat());
    case "disjoint": {
      const { missing, unequal, ...control } = disjointControl(chosenChains(problems, spec), problems, spec);
      const lacking = [
        ...(missing === 0 ? [] : [`${missing} have no counterpart of the same pass rate`]),
        ...(unequal === 0 || spec.sameLength !== true ? [] : [`${unequal} have none of the same length too`]),
      ];
      return lacking.length === 0 ? control : { ...control, note: `of the problems of the chains ${lacking.join(", ")}` };
    }
    case "mix":
      return mixEnvironments(
        problems.filter(({ passRate }) => isLearnable(passRate)),
        spec.environments,
        { seed: spec.seed, ...(spec.total === undefined ? {} : { total: spec.total }) },
      );
    case "matched": {
      const [keep, against] = [spec.keep, spec.against].map((subset) => problems.filter((problem) => isOf(problem, subset)));
      return matchHistograms(keep!, against!, spec.seed)[0];
    }
    case "parts": {
      const taken = new Set<string>();
      return freeze(
        spec.parts.flatMap((part, at) => {
          const members = drawn(
            problems.filter((problem) => isOf(problem, part) && !taken.has(problem.id)),
            spec.seed,
          );
          if (members.length < (part.count ?? 1))
            throw new RangeError(`parts[${at}]: ${part.count ?? "some"} problems are wanted and there are ${members.length}`);
          const kept = members.slice(0, part.count);
          for (const { id } of kept) taken.add(id);
          return kept;
        }),
      );
    }
  }
}

/** The chains of a selection; the control asks for the same ones. By `seed` where there are more. */
function chosenChains<P extends NamedSelectable>(
  problems: readonly P[],
  asked: { readonly count?: number | undefined; readonly seed: number },
) {
  const chains = wholeChains(problems);
  if (asked.count === undefined) return chains;
  if (chains.length < asked.count) throw new RangeError(`${asked.count} whole chains are wanted and there are ${chains.length}`);
  return stream(`selection/${asked.seed}/chains`).shuffle(chains).slice(0, asked.count);
}

const isOf = (problem: NamedSelectable, { environment, teacher, seeds }: ProblemSubset): boolean =>
  (environment === undefined || problem.environment === environment) &&
  (teacher === undefined || problem.teacher === teacher) &&
  (seeds === undefined || (problem.seedKind ?? "none") === seeds);

function enough<P extends Selectable>(selection: Selection<P>, wanted: number | undefined): Selection<P> {
  if (wanted !== undefined && selection.problems.length < wanted)
    throw new RangeError(`${wanted} problems are wanted and there are ${selection.problems.length}`);
  return selection;
}
