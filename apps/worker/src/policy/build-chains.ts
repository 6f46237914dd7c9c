// Owns: the recipe of a measured set with whole easy-medium-hard chains, made top-down (paper 4.2), and of what they are compared with.
// Must not know: where the lines are kept, the database.
import { bucketOf, contentHash } from "@gradus/domain";
import type { Bucket, Problem } from "@gradus/domain";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { generateProblems } from "../teacher/generate.ts";
import type { GeneratedProblem } from "../teacher/generate.ts";
import { mutate } from "../teacher/mutate.ts";
import { validateProblems } from "../teacher/validate.ts";
import { measured } from "./build-problem-set.ts";
import { expectedPassRate } from "./expected-pass-rate.ts";
import { measureProblems } from "./measure-problems.ts";
import type { PolicyEngine } from "./policy-engine.ts";

/** `roots` problems that look hard are measured; those in the narrow hard bin are made easier, `rounds` measured mutations each. */
export const CHAIN_RECIPE = {
  teacherSeed: 20_261_128,
  drawn: 1_500,
  roots: 220,
  attempts: 32,
  rounds: 10,
  /** Mutations, and mutations of those, of which the one that looks nearest to the wanted level is measured. */
  choices: 24,
  hops: 3,
} as const;

/** The way down, and the middle of each narrow bin. */
const LEVELS: readonly { readonly bucket: Bucket; readonly middle: number }[] = [
  { bucket: "HARD", middle: 0.11 },
  { bucket: "MEDIUM", middle: 0.5 },
  { bucket: "EASY", middle: 0.86 },
];

interface Rung {
  readonly problem: GeneratedProblem;
  readonly passes: number;
}

/** A chain on its way down: `path` begins with the hard problem, `level` is the next one wanted. */
interface Descent {
  readonly path: Rung[];
  readonly levels: Rung[];
  /** What was measured last: it says how far the guess of a pass rate is off here. */
  last: Rung;
  /** Programs that were measured for it. */
  readonly tried: Set<string>;
}

export interface BuildChainsOptions {
  /** Measured problems without relatives: what the control is made of. Those whose program is in a chain are left out. */
  readonly loose: readonly Omit<Problem, "id">[];
  /** Programs that nothing here may share: the held-out problems'. */
  readonly heldOutAsts: ReadonlySet<string>;
  /** Fewer roots, for tests. */
  readonly roots?: number;
  readonly onProgress?: (said: string) => void;
}

/**
 * Chains of three, then problems in the narrow bins that have no relative in the set: the given ones and hard roots without a chain. Each
 * chain's problem has a counterpart of exactly its rate among the loose ones; chains that would have none are left out.
 */
export async function buildChains(
  engine: PolicyEngine,
  modelId: string,
  sandbox: Sandbox,
  { loose, heldOutAsts, roots: limit = CHAIN_RECIPE.roots, onProgress }: BuildChainsOptions,
): Promise<Omit<Problem, "id">[]> {
  const { attempts, rounds } = CHAIN_RECIPE;
  const measure = async (problems: readonly GeneratedProblem[], name: string): Promise<Rung[]> => {
    const { kept } = await validateProblems(problems, sandbox);
    const contents = kept.map(({ content }) => content);
    const passes = await measureProblems(engine, modelId, sandbox, contents, { attempts, streams: `chains/${name}` });
    return kept.map((problem, at) => ({ problem, passes: passes[at] ?? 0 }));
  };
  /** Held out, or on the way down of some chain. */
  const taken = new Set(heldOutAsts);
  const isNew = ({ astHash }: GeneratedProblem): boolean => !taken.has(astHash) && Boolean(taken.add(astHash));

  const roots = await measure(drawRoots(limit).filter(isNew), "roots");
  const descents: Descent[] = roots
    .filter((rung) => levelOf(rung) === "HARD")
    .map((rung) => ({ path: [rung], levels: [rung], last: rung, tried: new Set() }));
  onProgress?.(`${roots.length} roots measured, ${descents.length} in the narrow hard bin`);
  for (let round = 0; round < rounds; round++) {
    const open = descents.filter(({ levels }) => levels.length < LEVELS.length);
    const tried = open.flatMap((descent) => {
      const next = proposal(descent, round, taken);
      if (next === undefined) return [];
      descent.tried.add(next.astHash);
      return [{ descent, next }];
    });
    const found = await measure(
      tried.map(({ next }) => next),
      `round/${round}`,
    );
    for (const { descent, next } of tried) {
      const rung = found.find(({ problem }) => problem === next);
      if (rung !== undefined) step(descent, rung, isNew);
    }
    onProgress?.(`round ${round + 1}: ${descents.filter(({ levels }) => levels.length === LEVELS.length).length} whole chains`);
  }
  return compose(descents, roots, loose);
}

const levelOf = ({ passes }: Rung): Bucket | null => bucketOf({ passes, attempts: CHAIN_RECIPE.attempts }, "narrow");

/** Three and four steps, those that look hardest but not hopeless. */
function drawRoots(limit: number): GeneratedProblem[] {
  const { teacherSeed: seed, drawn } = CHAIN_RECIPE;
  const middle = LEVELS[0]!.middle;
  const far = ({ content }: GeneratedProblem): number => Math.abs(Math.log(expectedPassRate(content) / middle));
  return [3, 4]
    .flatMap((depth) => generateProblems({ seed, count: drawn / 2, depth, vagueness: 0.25 }))
    .toSorted((a, b) => far(a) - far(b) || (a.astHash < b.astHash ? -1 : 1))
    .slice(0, limit)
    .map((problem) => ({ ...problem, origin: { ...problem.origin, chain: contentHash(problem.content), rung: 0 } }));
}

/** Of several easier mutations the one that looks nearest to the wanted level, given how the last rung did. */
function proposal({ path, levels, last, tried }: Descent, round: number, taken: ReadonlySet<string>): GeneratedProblem | undefined {
  const { choices, hops, attempts } = CHAIN_RECIPE;
  const { problem } = path.at(-1)!;
  const { middle } = LEVELS[levels.length]!;
  const calibration = Math.max(last.passes, 1) / attempts / expectedPassRate(last.problem.content);
  const far = ({ content }: GeneratedProblem): number => Math.abs(expectedPassRate(content) * calibration - middle);
  return Array.from({ length: choices }, (_, at) => easierAndEasier(problem, round * choices + at, hops))
    .flat()
    .filter(({ astHash }) => !taken.has(astHash) && !tried.has(astHash))
    .toSorted((a, b) => far(a) - far(b))[0];
}

function easierAndEasier(from: GeneratedProblem, seed: number, hops: number): GeneratedProblem[] {
  const next = hops === 0 ? undefined : mutate(from, "easier", seed);
  return next === undefined ? [] : [next, ...easierAndEasier(next, seed, hops - 1)];
}

/** What is in the wanted bin is the next stepping stone; what is still above it is a rung on the way; what is below it is forgotten. */
function step(descent: Descent, rung: Rung, isNew: (problem: GeneratedProblem) => boolean): void {
  const { bucket, middle } = LEVELS[descent.levels.length]!;
  descent.last = rung;
  const isWanted = levelOf(rung) === bucket;
  const isOnTheWay = rung.passes / CHAIN_RECIPE.attempts < middle && rung.passes > descent.path.at(-1)!.passes;
  // Two chains may have come to one program in the same round: the first has it.
  if ((!isWanted && !isOnTheWay) || !isNew(rung.problem)) return;
  if (isWanted) {
    descent.path.push(rung);
    descent.levels.push(rung);
  } else descent.path.push(rung);
}

function compose(descents: readonly Descent[], roots: readonly Rung[], given: readonly Omit<Problem, "id">[]): Omit<Problem, "id">[] {
  const { attempts } = CHAIN_RECIPE;
  const line = ({ problem, passes }: Rung): Omit<Problem, "id"> => measured(problem, "TRAIN", passes, attempts);
  const whole = descents.filter(({ levels }) => levels.length === LEVELS.length);
  const alone = roots.filter((root) => levelOf(root) !== null && !whole.some(({ levels }) => levels[0] === root));
  const inChains = new Set(whole.flatMap(({ levels }) => levels.map(({ problem }) => problem.astHash)));
  const loose = [
    ...given.filter(({ astHash, passRate }) => !inChains.has(astHash) && passRate !== null && bucketOf(passRate, "narrow") !== null),
    ...alone.map(line).map((problem) => ({ ...problem, origin: withoutChain(problem.origin) })),
  ];
  const left = new Map<number, number>();
  for (const { passRate } of loose) left.set(passRate!.passes, (left.get(passRate!.passes) ?? 0) + 1);
  const matched = whole.filter(({ levels }) => {
    const wanted = Map.groupBy(levels, ({ passes }) => passes);
    if ([...wanted].some(([passes, members]) => (left.get(passes) ?? 0) < members.length)) return false;
    for (const [passes, members] of wanted) left.set(passes, left.get(passes)! - members.length);
    return true;
  });
  return [...matched.flatMap(({ levels }) => levels.map(line).map(asRung)), ...loose];
}

/** Of the way down the three stepping stones stay: each has the one above it for its parent. */
const asRung = (problem: Omit<Problem, "id">, rung: number, levels: readonly Omit<Problem, "id">[]): Omit<Problem, "id"> => {
  const { parentHash: _between, ...origin } = problem.origin;
  const above = levels[rung - 1];
  return { ...problem, origin: { ...origin, ...(above && { parentHash: above.contentHash }), rung } };
};

const withoutChain = ({ chain: _chain, rung: _rung, ...origin }: Problem["origin"]): Problem["origin"] => origin;
