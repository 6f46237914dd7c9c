// Proves: the paper's schedules row by row, and how weights meet a pool.
import { describe, expect, it } from "vitest";
import { bucketOf } from "@gradus/domain/bucket";
import { bandOf, createCurriculum } from "@gradus/domain/curriculum/curriculum";
import { CurriculumSpec } from "@gradus/domain/curriculum/curriculum-spec";
import { CURRICULUM_PRESETS, resolveCurriculum } from "@gradus/domain/curriculum/presets";
import type { PoolProblem } from "@gradus/domain/curriculum/pool";
import type { Bucket } from "@gradus/domain/problem";

const ALL: readonly Bucket[] = ["EASY", "EASY_MEDIUM", "MEDIUM", "HARD"];

function poolOf(buckets: readonly Bucket[], each = 20): PoolProblem[] {
  return buckets.flatMap((bucket) =>
    Array.from({ length: each }, (_, i) => ({
      id: `${bucket}-${String(i).padStart(3, "0")}`,
      bucket,
      environment: "INDUCTION" as const,
      passRate: null,
    })),
  );
}

/** Scheduled weights [easy, easy-medium, medium, hard] of a preset at a step. */
function weightsAt(preset: string, step: number, totalSteps: number): number[] {
  const metrics = createCurriculum(resolveCurriculum(preset), poolOf(ALL), totalSteps, 1).metrics(step);
  return ALL.map((bucket) => metrics[`scheduled_${bucket.toLowerCase()}`]!);
}

/** From the paper's Tables 2 and 4: preset, [first step, easy, easy-medium, medium, hard]; a row holds until the next. */
const TABLES: Record<string, number[][]> = {
  "soft-steps": [
    [1, 0.8, 0, 0.15, 0.05],
    [7_501, 0.15, 0, 0.8, 0.05],
    [17_501, 0.15, 0, 0.4, 0.45],
    [30_001, 0.05, 0, 0.15, 0.8],
  ],
  "hard-steps": [
    [1, 0.9, 0, 0.05, 0.05],
    [7_501, 0.05, 0, 0.9, 0.05],
    [17_501, 0.05, 0, 0.05, 0.9],
  ],
  "classic-steps": [
    [1, 1, 0, 0, 0],
    [10_001, 0.75, 0, 0.25, 0],
    [15_001, 0, 0, 1, 0],
    [25_001, 0, 0, 0.75, 0.25],
    [30_001, 0, 0, 0, 1],
  ],
  "reverse-hard-start-steps": [
    [1, 0, 0, 0, 1],
    [10_001, 0, 0, 0.25, 0.75],
    [15_001, 0, 0, 1, 0],
    [25_001, 0.25, 0, 0.75, 0],
    [30_001, 1, 0, 0, 0],
  ],
  "reverse-medium-start-steps": [
    [1, 0, 0, 1, 0],
    [17_501, 0, 0.25, 0.75, 0],
    [20_001, 0, 1, 0, 0],
  ],
};

describe("the paper's schedules", () => {
  for (const [preset, rows] of Object.entries(TABLES)) {
    it(`hold the printed weights on the first and last step of every row: ${preset}`, () => {
      for (const [i, [first, ...weights]] of rows.entries()) {
        const last = (rows[i + 1]?.[0] ?? 40_001) - 1;
        expect(weightsAt(preset, first!, 40_000)).toEqual(weights);
        expect(weightsAt(preset, last, 40_000)).toEqual(weights);
      }
    });

    it(`mean the same in fractions of a run of any length: ${preset}`, () => {
      const fractions = preset.replace("-steps", "");
      for (const total of [40, 80, 40_000]) {
        for (let step = 1; step <= total; step += Math.max(1, total / 80)) {
          expect(weightsAt(fractions, step, total)).toEqual(weightsAt(preset, 1 + Math.floor(((step - 1) * 40_000) / total), 40_000));
        }
      }
    });
  }

  it("draw buckets in proportion to the weights", () => {
    const curriculum = createCurriculum(resolveCurriculum("soft"), poolOf(ALL), 40, 3);
    const drawn = Array.from({ length: 8 }, (_, i) => curriculum.draw(i + 1, 500))
      .slice(0, 7)
      .flat();
    const share = (bucket: Bucket): number => drawn.filter((id) => id.startsWith(`${bucket}-`)).length / drawn.length;
    expect(share("EASY")).toBeCloseTo(0.8, 1);
    expect(share("MEDIUM")).toBeCloseTo(0.15, 1);
    expect(share("HARD")).toBeCloseTo(0.05, 1);
    expect(share("EASY_MEDIUM")).toBe(0);
  });

  it("give the weight of an empty bucket to the nearest one that has problems, and say so", () => {
    const curriculum = createCurriculum(resolveCurriculum("classic"), poolOf(["EASY_MEDIUM", "HARD"]), 40, 3);
    expect(curriculum.draw(1, 8).every((id) => id.startsWith("EASY_MEDIUM"))).toBe(true);
    expect(curriculum.warnings()).toEqual([expect.stringContaining("EASY"), expect.stringContaining("MEDIUM")]);
  });
});

describe("narrow bins", () => {
  const measured: PoolProblem[] = Array.from({ length: 33 }, (_, passes) => ({
    id: `k${String(passes).padStart(2, "0")}`,
    bucket: bucketOf({ passes, attempts: 32 }),
    environment: "INDUCTION",
    passRate: { passes, attempts: 32 },
  }));
  const drawnBy = (preset: string): Set<number> => {
    const curriculum = createCurriculum(resolveCurriculum(preset), measured, 40, 1);
    return new Set(
      Array.from({ length: 40 }, (_, i) => curriculum.draw(i + 1, 8))
        .flat()
        .map((id) => Number(id.slice(1))),
    );
  };

  it("are those of Tables 2 and 3: nothing of the gaps is drawn, and classic goes on with the broad ones", () => {
    const levels = [2, 3, 4, 5, 13, 14, 15, 16, 17, 18, 19, 26, 27, 28, 29];
    for (const preset of ["soft", "hard", "uniform-three"])
      expect(
        [...drawnBy(preset)].toSorted((a, b) => a - b),
        preset,
      ).toEqual(levels);
    expect([...drawnBy("only-medium")].toSorted((a, b) => a - b)).toEqual([13, 14, 15, 16, 17, 18, 19]);
    expect(drawnBy("classic").has(9)).toBe(true);
  });

  it("are what a drawn problem is called by, and what was not measured keeps its bucket", () => {
    const [hard, classic] = [resolveCurriculum("hard"), resolveCurriculum("classic")];
    const some = [3, 9, 16].map((passes) => measured[passes]!);
    expect(some.map((problem) => bandOf(hard, problem))).toEqual(["HARD", null, "MEDIUM"]);
    expect(some.map((problem) => bandOf(classic, problem))).toEqual([null, "MEDIUM", "MEDIUM"]);
    expect(bandOf(hard, { bucket: "EASY", passRate: null })).toBe("EASY");
  });
});

describe("a draw", () => {
  it("depends on specification, seed and step, not on the order of the pool or on earlier draws", () => {
    const once = createCurriculum(resolveCurriculum("uniform"), poolOf(ALL), 40, 5);
    const again = createCurriculum(resolveCurriculum("uniform"), poolOf(ALL).toReversed(), 40, 5);
    for (let step = 1; step < 7; step++) once.draw(step, 8);
    expect(once.draw(7, 8)).toEqual(again.draw(7, 8));
    expect(once.draw(7, 8)).not.toEqual(createCurriculum(resolveCurriculum("uniform"), poolOf(ALL), 40, 6).draw(7, 8));
  });

  it("repeats no problem within a step while others are left", () => {
    const curriculum = createCurriculum(resolveCurriculum("only-medium"), poolOf(["MEDIUM"], 10), 40, 1);
    expect(new Set(curriculum.draw(1, 10)).size).toBe(10);
    expect(new Set(curriculum.draw(1, 25)).size).toBe(10);
  });

  it("levels buckets or problems as uniform was told", () => {
    const pool = [...poolOf(["EASY"], 90), ...poolOf(["HARD"], 10)];
    const share = (preset: string): number => {
      const ids = Array.from({ length: 200 }, (_, i) => createCurriculum(resolveCurriculum(preset), pool, 200, 1).draw(i + 1, 10)).flat();
      return ids.filter((id) => id.startsWith("HARD")).length / ids.length;
    };
    expect(share("uniform-problems")).toBeCloseTo(0.1, 1);
    expect(share("uniform")).toBeCloseTo(0.5, 1);
  });

  it("is the golden one, as fixtures/golden-draws.py draws it in Python", () => {
    expect(createCurriculum(resolveCurriculum("uniform"), poolOf(ALL), 40, 42).draw(3, 6)).toMatchInlineSnapshot(`
      [
        "EASY-000",
        "EASY-002",
        "HARD-008",
        "EASY_MEDIUM-003",
        "EASY_MEDIUM-013",
        "MEDIUM-001",
      ]
    `);
    expect(createCurriculum(resolveCurriculum("reverse-medium-start"), poolOf(ALL), 40, 42).draw(19, 6)).toMatchInlineSnapshot(`
      [
        "EASY_MEDIUM-001",
        "EASY_MEDIUM-016",
        "MEDIUM-006",
        "MEDIUM-000",
        "MEDIUM-015",
        "MEDIUM-008",
      ]
    `);
  });
});

const outcome = (rewards: (number | null)[]) => ({ problemId: "EASY-000", step: 1, policyVersion: 0, rewards });

describe("gates", () => {
  it("refuse a group of equal rewards by default and admit one that differs", () => {
    const curriculum = createCurriculum(resolveCurriculum("uniform"), poolOf(ALL), 40, 1);
    expect(curriculum.observe(outcome([1, 1, 1, null]))).toEqual({ admitted: false, reason: "ZERO_VARIANCE" });
    expect(curriculum.observe(outcome([1, 0, 1, null]))).toEqual({ admitted: true, reason: null });
  });

  it("refuse a group under half its size whatever the settings", () => {
    const open = CurriculumSpec.parse({ sampler: { kind: "uniform" }, gates: [] });
    const curriculum = createCurriculum(open, poolOf(ALL), 40, 1);
    expect(curriculum.observe(outcome([1, null, null, null]))).toEqual({ admitted: false, reason: "UNDER_HALF_CREDITED" });
    expect(curriculum.observe(outcome([1, 1, 1, 1]))).toEqual({ admitted: true, reason: null });
  });
});

describe("a specification", () => {
  it("names the path of what is wrong", () => {
    const result = CurriculumSpec.safeParse({ sampler: { kind: "schedule", stages: [{ until: 1, weights: { EASY: 0.5 } }] }, gates: [] });
    expect(result.error?.issues.map((issue) => issue.path.join("."))).toEqual(["sampler.stages.0.weights"]);
    expect(CurriculumSpec.safeParse({ sampler: { kind: "uniform", masss: "bucket" } }).success).toBe(false);
    expect(CurriculumSpec.safeParse({ sampler: { kind: "nothing" } }).error?.issues[0]?.path).toEqual(["sampler", "kind"]);
    expect(() => resolveCurriculum("clasic")).toThrow(/reverse-medium-start/);
  });

  it("survives a round trip through JSON", () => {
    for (const spec of Object.values(CURRICULUM_PRESETS)) expect(CurriculumSpec.parse(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
  });
});
