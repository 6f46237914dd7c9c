// Proves: every strategy draws over twelve steps what an independent port draws (fixtures/sampler-draws.py); the schedule's are in schedule.test.ts.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createCurriculum } from "@gradus/domain/curriculum/curriculum";
import type { PlannedGroup } from "@gradus/domain/curriculum/curriculum";
import { CurriculumSpec } from "@gradus/domain/curriculum/curriculum-spec";
import type { PoolProblem } from "@gradus/domain/curriculum/pool";
import { SAMPLERS } from "@gradus/domain/curriculum/registry";

const golden = JSON.parse(readFileSync(new URL("fixtures/sampler-draws.json", import.meta.url), "utf8")) as {
  readonly drawn: Readonly<Record<string, readonly (readonly string[])[]>>;
  readonly starts: Readonly<Record<"staged" | "mixed", readonly (readonly number[])[]>>;
};

const [SEED, STEPS, COUNT] = [42, 12, 6];
const POOL = Array.from({ length: 24 }, (_, i): PoolProblem => ({
  id: `p${String(i).padStart(3, "0")}`,
  environment: "INDUCTION",
  passRate: { passes: [30, 24, 16, 6][i % 4]!, attempts: 32 },
  bucket: (["EASY", "EASY_MEDIUM", "MEDIUM", "HARD"] as const)[i % 4]!,
  category: ["add", "join", "sort"][i % 3],
  text: `word${i % 5} Term${i % 7}, twice`,
}));
const right = (id: string): number => (Number(id.slice(1)) % 5) * 2;

function planned(sampler: object): PlannedGroup[][] {
  const curriculum = createCurriculum(CurriculumSpec.parse({ sampler }), POOL, STEPS, SEED);
  return Array.from({ length: STEPS }, (_, at) => {
    const groups = curriculum.plan(at + 1, COUNT, { round: 1, groupSize: 8 });
    for (const { problemId } of groups)
      curriculum.observe({
        problemId,
        step: at + 1,
        policyVersion: at,
        rewards: Array.from({ length: 8 }, (__, i) => (i < right(problemId) ? 1 : 0)),
      });
    return [...groups];
  });
}

/** Names of the port that are no kinds. */
const SPELT: Readonly<Record<string, object>> = { "uniform by bucket": { kind: "uniform", mass: "bucket" } };

test("the port has every kind but the schedule", () => {
  const kinds = SAMPLERS.map(({ kind }) => kind).filter((kind) => kind !== "schedule");
  expect(
    Object.keys(golden.drawn)
      .filter((name) => !(name in SPELT))
      .toSorted(),
  ).toEqual(kinds.toSorted());
});

test.each(Object.keys(golden.drawn))("%s draws what the port draws", (kind) => {
  expect(planned(SPELT[kind] ?? { kind }).map((groups) => groups.map(({ problemId }) => problemId))).toEqual(golden.drawn[kind]);
});

test.each(["staged", "mixed"] as const)("r3 %s starts where the port starts", (mode) => {
  expect(planned({ kind: "r3", mode }).map((groups) => groups.map(({ start }) => start))).toEqual(golden.starts[mode]);
});
