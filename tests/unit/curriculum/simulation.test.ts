// Proves: the simulator shows the schedule it was given, what hooks cost, and that every preset and sampler can be looked at.
import { describe, expect, it } from "vitest";
import { CurriculumSpec } from "@gradus/domain/curriculum/curriculum-spec";
import { curriculumCatalogue } from "@gradus/domain/curriculum/catalogue";
import { CURRICULUM_PRESETS, resolveCurriculum } from "@gradus/domain/curriculum/presets";
import { GATES, SAMPLERS } from "@gradus/domain/curriculum/registry";
import { paperPool, simulate, type Simulation } from "@gradus/domain/curriculum/simulation";

const POOL = paperPool(128);
const run = (spec: CurriculumSpec, over: object = {}): Simulation =>
  simulate({ spec, steps: 80, groupsPerStep: 4, groupSize: 8, seed: 3, problems: POOL, windows: 8, ...over });
/** What a person sees of it: which bands were drawn when, how many problems, how often they passed. */
const seen = (spec: CurriculumSpec): string => JSON.stringify(run(spec, { steps: 24, windows: 4 }).windows);
const gained = ({ windows }: Simulation, bucket: string): number => windows.at(-1)!.passRate[bucket]! - windows[0]!.passRate[bucket]!;
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe("the pool", () => {
  it("has the paper's broad bins in their proportions", () => {
    const sizes = [...Map.groupBy(paperPool(24_967), ({ bucket }) => bucket)].map(([bucket, members]) => [bucket, members.length]);
    expect(sizes).toEqual([
      ["EASY", 10_000],
      ["EASY_MEDIUM", 7_479],
      ["MEDIUM", 5_268],
      ["HARD", 2_220],
    ]);
  });
});

describe("a simulation", () => {
  it("draws classic's stages where the paper has their cuts", () => {
    const { windows } = run(resolveCurriculum("classic"), { groupsPerStep: 32 });
    expect(windows.map(({ toStep }) => toStep)).toEqual([10, 20, 30, 40, 50, 60, 70, 80]);
    expect([windows[0]!.drawn, windows[3]!.drawn, windows[7]!.drawn]).toEqual([{ EASY: 1 }, { MEDIUM: 1 }, { HARD: 1 }]);
    expect(windows[2]!.drawn["EASY"]).toBeCloseTo(0.75, 1);
    expect(windows[5]!.drawn["HARD"]).toBeCloseTo(0.25, 1);
  });

  it("is a function of its input, and another seed draws otherwise", () => {
    const spec = resolveCurriculum("uniform");
    expect(run(spec)).toEqual(run(spec));
    expect(run(spec)).not.toEqual(run(spec, { seed: 4 }));
  });

  it("learns what it trains on most, and nothing without a gain", () => {
    expect(gained(run(resolveCurriculum("only-hard")), "HARD")).toBeGreaterThan(gained(run(resolveCurriculum("only-easy")), "HARD") + 0.05);
    expect(gained(run(resolveCurriculum("only-hard"), { model: { gain: 1e-12 } }), "HARD")).toBeCloseTo(0, 6);
  });

  it("shows what refill costs and brings: full steps for more rollouts", () => {
    const [plain, dapo] = [run(resolveCurriculum("uniform-problems")), run(resolveCurriculum("dapo"))];
    expect(mean(dapo.windows.map(({ admitted }) => admitted))).toBeGreaterThan(0.99);
    expect(mean(plain.windows.map(({ admitted }) => admitted))).toBeLessThan(0.95);
    expect(plain.windows.every(({ rolloutsPerStep }) => rolloutsPerStep === 32)).toBe(true);
    expect(mean(dapo.windows.map(({ rolloutsPerStep }) => rolloutsPerStep))).toBeGreaterThan(34);
  });

  const uniform = seen(CurriculumSpec.parse({ sampler: { kind: "uniform" } }));
  // The draws of r3 are uniform: it moves where a rollout begins. The policy model of a simulation knows no tiers of tests and no beginnings.
  for (const { kind } of SAMPLERS.filter((sampler) => !["uniform", "schedule", "r3"].includes(sampler.kind)))
    it(`of ${kind} is seen to differ from uniform's`, () => {
      expect(seen(CurriculumSpec.parse({ sampler: { kind } }))).not.toBe(uniform);
    });

  for (const [name, spec] of [
    ...Object.entries(CURRICULUM_PRESETS),
    ...SAMPLERS.filter(({ kind }) => kind !== "schedule").map(({ kind }) => [kind, CurriculumSpec.parse({ sampler: { kind } })] as const),
  ])
    it(`can be had of ${name}`, () => {
      const { windows } = run(spec, { steps: 24, windows: 4 });
      for (const { drawn, admitted } of windows) {
        expect(Object.values(drawn).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
        expect(admitted).toBeLessThanOrEqual(1);
      }
    });
});

describe("the catalogue", () => {
  it("names what the strategies that need more than draws work through", () => {
    const through = curriculumCatalogue().filter(({ hook }) => hook !== undefined);
    expect(through.map(({ name }) => name).toSorted()).toEqual(["goldilocks", "learnable-kinds", "r3", "sws", "tarot"]);
  });

  it("has everything once, with parameters and defaults as the schema has them", () => {
    const entries = curriculumCatalogue();
    expect(new Set(entries.map(({ role, name }) => `${role}/${name}`)).size).toBe(entries.length);
    expect(entries.filter(({ role }) => role === "SAMPLER").length).toBe(SAMPLERS.length);
    expect(entries.filter(({ role }) => role === "GATE").length).toBe(GATES.length);
    expect(entries.find(({ name }) => name === "adarft")!.parameters).toContainEqual({
      name: "stepSize",
      type: "number from 0",
      default: expect.any(Number),
    });
    expect(entries.find(({ name }) => name === "refill")!.parameters).toEqual([
      { name: "maxRounds", type: "integer 2 to 64", default: 10 },
    ]);
    expect(entries.find(({ name }) => name === "schedule")!.parameters).toContainEqual({ name: "stages", type: "array" });
  });
});
