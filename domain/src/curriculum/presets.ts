// Owns: the curricula that have names, the paper's schedules exactly. Must not know: how samplers work.
import type { Bucket } from "../problem.ts";
import { CurriculumSpec } from "./curriculum-spec.ts";
import { SAMPLERS } from "./registry.ts";

/** A row of the paper's tables: end of the stage in steps of 40,000, then weights of easy, medium, hard. */
type Row = readonly [until: number, easy: number, medium: number, hard: number];

/** Runs of the paper go to 40,000 steps. */
const PAPER_STEPS = 40_000;

/** Paper Table 2. */
const SOFT: readonly Row[] = [
  [7_500, 0.8, 0.15, 0.05],
  [17_500, 0.15, 0.8, 0.05],
  [30_000, 0.15, 0.4, 0.45],
  [40_000, 0.05, 0.15, 0.8],
];
/** Paper Table 2. */
const HARD: readonly Row[] = [
  [7_500, 0.9, 0.05, 0.05],
  [17_500, 0.05, 0.9, 0.05],
  [40_000, 0.05, 0.05, 0.9],
];
/** Paper Table 4. */
const CLASSIC: readonly Row[] = [
  [10_000, 1, 0, 0],
  [15_000, 0.75, 0.25, 0],
  [25_000, 0, 1, 0],
  [30_000, 0, 0.75, 0.25],
  [40_000, 0, 0, 1],
];
/** Paper Table 4. */
const REVERSE_HARD_START: readonly Row[] = [
  [10_000, 0, 0, 1],
  [15_000, 0, 0.25, 0.75],
  [25_000, 0, 1, 0],
  [30_000, 0.25, 0.75, 0],
  [40_000, 1, 0, 0],
];
/** Paper Table 4; its easy level is the bucket easy-medium. */
const REVERSE_MEDIUM_START: readonly Row[] = [
  [17_500, 0, 1, 0],
  [20_000, 0.25, 0.75, 0],
  [40_000, 1, 0, 0],
];

const EASY_IS_EASY_MEDIUM = { remap: { EASY: "EASY_MEDIUM" } } as const;
/** The bins of the chains (sections 4.2 and 4.3): problems in their gaps are never drawn. */
const NARROW = { bins: "narrow" } as const;

function scheduleOf(
  rows: readonly Row[],
  unit: "step" | "fraction",
  { remap = {}, bins }: { readonly remap?: Readonly<Partial<Record<Bucket, Bucket>>>; readonly bins?: "narrow" } = {},
): CurriculumSpec {
  const stages = rows.map(([until, easy, medium, hard]) => ({
    until: unit === "step" ? until : until / PAPER_STEPS,
    weights: { EASY: easy, MEDIUM: medium, HARD: hard },
  }));
  return CurriculumSpec.parse({ sampler: { kind: "schedule", unit, stages, remap }, bins });
}

const only = (bucket: Bucket, bins?: "narrow"): CurriculumSpec =>
  CurriculumSpec.parse({ sampler: { kind: "schedule", unit: "fraction", stages: [{ until: 1, weights: { [bucket]: 1 } }] }, bins });

const uniformWith = (hooks: object): CurriculumSpec => CurriculumSpec.parse({ sampler: { kind: "uniform" }, ...hooks });

/** Name in an experiment file -> specification. The paper's schedules are in fractions of the run; `-steps` has them in absolute steps of 40,000. */
export const CURRICULUM_PRESETS: Readonly<Record<string, CurriculumSpec>> = {
  uniform: CurriculumSpec.parse({ sampler: { kind: "uniform", mass: "bucket" } }),
  "uniform-problems": CurriculumSpec.parse({ sampler: { kind: "uniform", mass: "problem" } }),
  /** The uniform of Table 2: the three narrow levels alike. */
  "uniform-three": CurriculumSpec.parse({ sampler: { kind: "uniform", mass: "bucket", buckets: ["EASY", "MEDIUM", "HARD"] }, ...NARROW }),
  classic: scheduleOf(CLASSIC, "fraction"),
  "classic-steps": scheduleOf(CLASSIC, "step"),
  "reverse-medium-start": scheduleOf(REVERSE_MEDIUM_START, "fraction", EASY_IS_EASY_MEDIUM),
  "reverse-medium-start-steps": scheduleOf(REVERSE_MEDIUM_START, "step", EASY_IS_EASY_MEDIUM),
  "reverse-hard-start": scheduleOf(REVERSE_HARD_START, "fraction"),
  "reverse-hard-start-steps": scheduleOf(REVERSE_HARD_START, "step"),
  soft: scheduleOf(SOFT, "fraction", NARROW),
  "soft-steps": scheduleOf(SOFT, "step", NARROW),
  hard: scheduleOf(HARD, "fraction", NARROW),
  "hard-steps": scheduleOf(HARD, "step", NARROW),
  "only-easy": only("EASY", "narrow"),
  "only-easy-medium": only("EASY_MEDIUM"),
  "only-medium": only("MEDIUM", "narrow"),
  "only-hard": only("HARD", "narrow"),
  /** Row 13 of paper section 7, DAPO's dynamic sampling: refused groups are drawn anew, at most 10 rounds a step. */
  dapo: uniformWith({ refill: {} }),
  /** Row 12 with the refill of its source. */
  balanced: uniformWith({ gates: [{ kind: "pass-rate-band" }], refill: {} }),
  /** Row 14: few rollouts first, the full group only where some pass and some fail. */
  "speed-rl": uniformWith({ screening: {}, refill: { maxRounds: 4 } }),
  /** Row 15: low variance is refused, and what was refused is replaced from the memory. */
  vcrl: uniformWith({ gates: [{ kind: "variance-threshold" }], refill: { maxRounds: 2 }, replay: {} }),
  /** Row 23: what the run has solved is not drawn again; groups without variance are dropped without refill. */
  "scale-rl": uniformWith({ retire: {} }),
  /** Row 27: the policy writes half of a step's groups of problems itself and solves from the set and what it wrote, the newest first. */
  azr: uniformWith({ proposals: {} }),
  /** Row 29: 8 rollouts and every problem, then 64 of the hardest. */
  drive: CurriculumSpec.parse({
    sampler: { kind: "hard-focus" },
    allocation: [
      { until: 0.5, rollouts: 8 },
      { until: 1, rollouts: 64 },
    ],
  }),
};

/**
 * The specification behind a name, of a preset or of a sampler with its defaults and the default gate; or the specification itself.
 * Throws RangeError for an unknown name, listing the known ones, and for a sampler that has no defaults.
 */
export function resolveCurriculum(curriculum: string | CurriculumSpec): CurriculumSpec {
  if (typeof curriculum !== "string") return curriculum;
  const preset = Object.hasOwn(CURRICULUM_PRESETS, curriculum) ? CURRICULUM_PRESETS[curriculum] : undefined;
  if (preset !== undefined) return preset;
  const kinds = SAMPLERS.map(({ kind }) => kind);
  if (!kinds.includes(curriculum)) {
    const known = [...new Set([...Object.keys(CURRICULUM_PRESETS), ...kinds])];
    throw new RangeError(`no curriculum is called '${curriculum}'; there are ${known.join(", ")}`);
  }
  const plain = CurriculumSpec.safeParse({ sampler: { kind: curriculum } });
  if (plain.success) return plain.data;
  const missing = plain.error.issues.map(({ path }) => path.slice(1).join(".")).join(", ");
  throw new RangeError(`the sampler '${curriculum}' has no default for ${missing}: write { sampler: { kind: ${curriculum}, ... } }`);
}
