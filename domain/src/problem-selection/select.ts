// Owns: problem sets out of measured problems, as the paper's studies need them: bins, matched histograms, chains, mixes. Must not know: where
// problems are stored, who wrote them.
import { bucketOf, isLearnable, type BucketScheme } from "../bucket.ts";
import { contentHash } from "../content-hash.ts";
import type { Bucket, EnvironmentName, MeasuredPassRate } from "../problem.ts";
import { stream } from "../random.ts";

/** What a selection looks at. Every problem is measured. */
export interface Selectable {
  readonly id: string;
  readonly environment: EnvironmentName;
  readonly passRate: MeasuredPassRate;
  /** Problems mutated from one another share it. */
  readonly chain?: string | undefined;
  readonly rung?: number | undefined;
  /** Lines of the reference solution. */
  readonly lines?: number | undefined;
}

/** Frozen by its hash: of the ids, in order. */
export interface Selection<P extends Selectable> {
  readonly problems: readonly P[];
  readonly hash: string;
}

/** These problems, in this order. */
export const freeze = <P extends Selectable>(problems: readonly P[]): Selection<P> => ({
  problems,
  hash: contentHash(problems.map(({ id }) => id)),
});

/** The general filter (paper 2.5): neither never nor always solved. */
export const learnable = <P extends Selectable>(problems: readonly P[]): Selection<P> =>
  freeze(problems.filter(({ passRate }) => isLearnable(passRate)));

/** One level alone (paper 4.3), `count` of it drawn by `seed`; all where there are not more. */
export function singleDifficulty<P extends Selectable>(
  problems: readonly P[],
  bucket: Bucket,
  { scheme = "narrow", count = problems.length, seed }: { readonly scheme?: BucketScheme; readonly count?: number; readonly seed: number },
): Selection<P> {
  return freeze(
    drawn(problems, seed)
      .filter(({ passRate }) => bucketOf(passRate, scheme) === bucket)
      .slice(0, count),
  );
}

/** Share of passes in tenths of a hundredth: equal rates of different numbers of attempts meet. */
const rateOf = ({ passRate }: Selectable): number => Math.round((1_000 * passRate.passes) / passRate.attempts);

/**
 * The largest subsets of two sets with the same histogram of pass rates (paper 2.3: seed types are compared only so). Of each rate both keep
 * as many as the poorer one has, drawn by `seed`.
 */
export function matchHistograms<P extends Selectable>(
  a: readonly P[],
  b: readonly P[],
  seed: number,
): readonly [Selection<P>, Selection<P>] {
  const [byRateA, byRateB] = [a, b].map((side) => Map.groupBy(drawn(side, seed), rateOf)) as [Map<number, P[]>, Map<number, P[]>];
  const rates = [...byRateA.keys()].filter((rate) => byRateB.has(rate)).toSorted((x, y) => x - y);
  const keep = (own: Map<number, P[]>, other: Map<number, P[]>): P[] =>
    rates.flatMap((rate) => own.get(rate)!.slice(0, Math.min(own.get(rate)!.length, other.get(rate)!.length)));
  return [freeze(keep(byRateA, byRateB)), freeze(keep(byRateB, byRateA))];
}

/** A stepping stone of each level, made from one another. */
export type ChainOf<P extends Selectable> = readonly [easy: P, medium: P, hard: P];

/**
 * Whole easy-medium-hard chains in the narrow bins (paper 4.2). Of several problems of a level the one that was written last counts: the rung
 * nearest to the next level, as the teacher goes from hard to easy.
 */
export function wholeChains<P extends Selectable>(problems: readonly P[]): readonly ChainOf<P>[] {
  const chains = Map.groupBy(
    problems.filter(({ chain }) => chain !== undefined),
    ({ chain }) => chain!,
  );
  return [...chains]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, members]) => {
      const sorted = members.toSorted((x, y) => (x.rung ?? 0) - (y.rung ?? 0) || (x.id < y.id ? -1 : 1));
      const level = (bucket: Bucket): P | undefined => sorted.findLast(({ passRate }) => bucketOf(passRate, "narrow") === bucket);
      const [easy, medium, hard] = [level("EASY"), level("MEDIUM"), level("HARD")];
      return easy === undefined || medium === undefined || hard === undefined ? [] : [[easy, medium, hard] as const];
    });
}

/**
 * The control of a study of chains (paper 4.2): as many problems as the chains have, with the same histogram, no two of one chain and none of
 * these chains. `sameLength`: of the problems of the same rate those whose solutions are as many lines long, or as nearly so as there is. `missing`
 * counts problems of the chains that found no counterpart of the same rate, `unequal` those whose counterpart is of another length.
 */
export function disjointControl<P extends Selectable>(
  chains: readonly ChainOf<P>[],
  problems: readonly P[],
  { seed, sameLength = false }: { readonly seed: number; readonly sameLength?: boolean | undefined },
): Selection<P> & { readonly missing: number; readonly unequal: number } {
  const taken = new Set(chains.flat().flatMap(({ chain }) => chain ?? []));
  const byRate = Map.groupBy(drawn(problems, seed), rateOf);
  const found: P[] = [];
  let [missing, unequal] = [0, 0];
  for (const wanted of chains.flat()) {
    const ofRate = byRate.get(rateOf(wanted)) ?? [];
    const free = ofRate.filter(({ chain }) => chain === undefined || !taken.has(chain));
    const apart = ({ lines }: P): number => Math.abs((lines ?? 0) - (wanted.lines ?? 0));
    const one = sameLength ? free.toSorted((a, b) => apart(a) - apart(b))[0] : free[0];
    if (one === undefined) {
      missing++;
      continue;
    }
    if (apart(one) > 0) unequal++;
    ofRate.splice(ofRate.indexOf(one), 1);
    found.push(one);
    if (one.chain !== undefined) taken.add(one.chain);
  }
  return { ...freeze(found), missing, unequal };
}

/**
 * So many problems of each environment (paper 5: 4 x 5,000 against 20,000 of induction), at any scale: the counts are shares of `total`.
 * Throws RangeError where an environment has fewer than it should give.
 */
export function mixEnvironments<P extends Selectable>(
  problems: readonly P[],
  counts: Readonly<Partial<Record<EnvironmentName, number>>>,
  { total, seed }: { readonly total?: number; readonly seed: number },
): Selection<P> {
  const asked = Object.entries(counts) as [EnvironmentName, number][];
  const sum = asked.reduce((all, [, count]) => all + count, 0);
  const byEnvironment = Map.groupBy(drawn(problems, seed), ({ environment }) => environment);
  let before = 0;
  return freeze(
    asked.flatMap(([environment, count]) => {
      // Cut points are rounded, not counts, so that the parts sum to the total.
      const from = Math.round((before * (total ?? sum)) / sum);
      before += count;
      const wanted = Math.round((before * (total ?? sum)) / sum) - from;
      const there = byEnvironment.get(environment) ?? [];
      if (there.length < wanted) throw new RangeError(`${environment}: ${wanted} problems are wanted and there are ${there.length}`);
      return there.slice(0, wanted);
    }),
  );
}

/** In an order drawn by `seed`. By id first, so that the order given never matters. */
export function drawn<P extends Selectable>(problems: readonly P[], seed: number): P[] {
  return stream(`selection/${seed}`).shuffle(problems.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
}
