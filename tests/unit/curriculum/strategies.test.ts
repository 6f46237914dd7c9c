// Proves: each strategy's rule against numbers from its source or worked by hand, and what all strategies owe a run.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createCurriculum, type Curriculum } from "@gradus/domain/curriculum/curriculum";
import { CurriculumSpec } from "@gradus/domain/curriculum/curriculum-spec";
import { normalisedVariance } from "@gradus/domain/curriculum/gates/variance-threshold";
import type { GroupOutcome } from "@gradus/domain/curriculum/outcome";
import type { PoolProblem } from "@gradus/domain/curriculum/pool";
import { CURRICULUM_PRESETS } from "@gradus/domain/curriculum/presets";
import { GATES, SAMPLERS } from "@gradus/domain/curriculum/registry";
import { nextTarget } from "@gradus/domain/curriculum/samplers/adarft";
import { proposerReward } from "@gradus/domain/curriculum/proposals";
import { upperBound } from "@gradus/domain/curriculum/samplers/dump";
import { cosineWeights } from "@gradus/domain/curriculum/samplers/e2h-cosine";
import { gaussianWeights } from "@gradus/domain/curriculum/samplers/e2h-gaussian";
import { learn, predict } from "@gradus/domain/curriculum/samplers/goldilocks";
import { keepProbability } from "@gradus/domain/curriculum/samplers/greso";
import { drawBeta } from "@gradus/domain/curriculum/samplers/mopps";
import { replayWeights } from "@gradus/domain/curriculum/samplers/plr";
import { nextLevel } from "@gradus/domain/curriculum/samplers/scaler";
import { updateValues } from "@gradus/domain/curriculum/samplers/sec";
import { stageOf } from "@gradus/domain/curriculum/samplers/staged";
import { isFailure } from "@gradus/domain/curriculum/samplers/sws";
import { bucketOf } from "@gradus/domain/bucket";
import { stream } from "@gradus/domain/random";

/** 128 problems, four for each k of 32. */
const POOL: readonly PoolProblem[] = Array.from({ length: 128 }, (_, i) => {
  const passRate = { passes: 1 + (i % 31), attempts: 32 };
  return { id: `p${String(i).padStart(3, "0")}`, bucket: bucketOf(passRate), environment: "INDUCTION" as const, passRate };
});
const BY_ID = new Map(POOL.map((problem) => [problem.id, problem]));

const samplerOf = (kind: string): object =>
  kind === "schedule" ? { kind, stages: [{ until: 1, weights: { EASY: 0.5, HARD: 0.5 } }] } : { kind };
const start = (sampler: object, totalSteps = 40, pool = POOL): Curriculum =>
  createCurriculum(CurriculumSpec.parse({ sampler }), pool, totalSteps, 11);

/** Rewards of eight rollouts whose chance is the measured pass rate, raised by practice. A function of (problem, step) alone. */
function play(problemId: string, step: number, totalSteps: number): GroupOutcome {
  const { passes, attempts } = BY_ID.get(problemId)!.passRate!;
  const rate = passes / attempts + (1 - passes / attempts) * 0.6 * (step / totalSteps);
  const random = stream(`play/${problemId}/${step}`);
  return { problemId, step, policyVersion: step - 1, rewards: Array.from({ length: 8 }, () => (random.next() < rate ? 1 : 0)) };
}

function runSteps(curriculum: Curriculum, from: number, to: number, totalSteps = 40): string[][] {
  return Array.from({ length: to - from + 1 }, (_, i) => {
    const drawn = [...curriculum.draw(from + i, 8)];
    for (const id of drawn) curriculum.observe(play(id, from + i, totalSteps));
    return drawn;
  });
}

const meanRate = (drawn: readonly (readonly string[])[]): number[] =>
  drawn.map((ids) => ids.reduce((sum, id) => sum + BY_ID.get(id)!.passRate!.passes / 32, 0) / ids.length);

/** How many problems were drawn, and how easy they were, step by step. */
const figures = (drawn: string[][]): string => {
  const rates = meanRate(drawn);
  const unique = new Set(drawn.flat()).size;
  return JSON.stringify([unique, rates.map((rate) => rate.toFixed(2))]);
};

/** Mean distance of the measured pass rate from one half over ten steps. */
const distanceFromHalf = (kind: string): number => {
  const ids = runSteps(start({ kind }), 1, 10).flat();
  return ids.reduce((sum, id) => sum + Math.abs(BY_ID.get(id)!.passRate!.passes / 32 - 0.5), 0) / ids.length;
};

const decide = (gate: object, rewards: (number | null)[]): string | null =>
  createCurriculum(CurriculumSpec.parse({ sampler: { kind: "uniform" }, gates: [gate] }), POOL, 40, 1).observe({
    problemId: "p000",
    step: 1,
    policyVersion: 0,
    rewards,
  }).reason;

const DOC = readFileSync(new URL("../../../docs/curricula.md", import.meta.url), "utf8");

describe("every sampler", () => {
  for (const { kind, summary, source } of SAMPLERS) {
    describe(kind, () => {
      it("tells its rule and its source, and has metrics that are numbers", () => {
        expect(summary.length).toBeGreaterThan(20);
        expect(source.length).toBeGreaterThan(5);
        const curriculum = start(samplerOf(kind));
        runSteps(curriculum, 1, 5);
        expect(Object.values(curriculum.metrics(6)).every(Number.isFinite)).toBe(true);
      });

      it("draws as many problems of the pool as were asked for, even of a tiny pool", () => {
        const drawn = runSteps(start(samplerOf(kind)), 1, 40);
        expect(drawn.every((ids) => ids.length === 8 && ids.every((id) => BY_ID.has(id)))).toBe(true);
        const tiny = start(samplerOf(kind), 40, POOL.slice(12, 14));
        expect(runSteps(tiny, 1, 12).every((ids) => ids.length === 8)).toBe(true);
      });

      it("draws again what it drew, until a group was observed", () => {
        const curriculum = start(samplerOf(kind));
        runSteps(curriculum, 1, 7);
        const before = curriculum.state();
        expect(curriculum.draw(8, 8)).toEqual(curriculum.draw(8, 8));
        curriculum.metrics(8);
        expect(curriculum.state()).toEqual(before);
      });

      it("goes on after a kill in mid-run as if there had been none", () => {
        const undisturbed = start(samplerOf(kind));
        const killed = start(samplerOf(kind));
        runSteps(undisturbed, 1, 17);
        runSteps(killed, 1, 17);
        const stored = JSON.stringify(killed.state());
        const restored = start(samplerOf(kind));
        restored.restore(JSON.parse(stored) as ReturnType<Curriculum["state"]>);
        expect(runSteps(restored, 18, 40)).toEqual(runSteps(undisturbed, 18, 40));
        expect(restored.state()).toEqual(undisturbed.state());
      });

      // The draws of r3 are uniform: what it changes is where a rollout begins (hooks.test.ts).
      if (kind !== "uniform" && kind !== "r3")
        it("draws visibly otherwise than uniform", () => {
          expect(figures(runSteps(start(samplerOf(kind)), 1, 40))).not.toBe(figures(runSteps(start({ kind: "uniform" }), 1, 40)));
        });
    });
  }

  it("and every gate stands in docs/curricula.md with its file", () => {
    for (const { kind } of SAMPLERS) expect(DOC).toContain(`\`${kind}\` | \`samplers/${kind}.ts\``);
    for (const { kind } of GATES) expect(DOC).toContain(`\`gates/${kind}.ts\``);
    for (const name of Object.keys(CURRICULUM_PRESETS)) expect(DOC).toContain(`\`${name.replace("-steps", "")}\``);
  });

  it("and gate and hook together stand for all 34 rows of paper section 7 in docs/curricula.md", () => {
    const rows = [...DOC.matchAll(/^\| (\d+(?:, \d+)*) /gm)].flatMap(([, numbers]) => numbers!.split(", ").map(Number));
    expect([...new Set(rows)].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 34 }, (_, i) => i + 1));
  });

  it("and every gate has a name of its own", () => {
    expect(new Set(SAMPLERS.map(({ kind }) => kind)).size).toBe(SAMPLERS.length);
    expect(new Set(GATES.map(({ kind }) => kind)).size).toBe(GATES.length);
  });
});

/** Mean measured pass rate of what is drawn in some steps. */
function drawnRate(sampler: object, from: number, to: number): number {
  const ids = runSteps(start(sampler), 1, to)
    .slice(from - 1)
    .flat();
  return ids.reduce((sum, id) => sum + BY_ID.get(id)!.passRate!.passes / 32, 0) / ids.length;
}

const closeTo = (values: readonly number[]): unknown[] => values.map((value) => expect.closeTo(value, 12));

describe("rules", () => {
  it("staged: floor(t K / T), as E2H's classic", () => {
    expect([1, 10, 11, 20, 21, 30, 31, 40].map((step) => stageOf(step, 40, 4, false))).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect([1, 40].map((step) => stageOf(step, 40, 4, true))).toEqual([3, 0]);
  });

  it("e2h-cosine: the weights that E2H's code prints for 4 levels of 40 steps", () => {
    expect(cosineWeights(1, 40, 4)).toEqual(closeTo([0.4, 0.3, 0.2, 0.1]));
    expect(cosineWeights(11, 40, 4)).toEqual(closeTo([0.35606601717798214, 0.28535533905932736, 0.21464466094067264, 0.1439339828220179]));
    expect(cosineWeights(40, 40, 4)).toEqual(closeTo([0.10046239994003081, 0.2001541333133436, 0.2998458666866564, 0.3995376000599692]));
  });

  it("e2h-gaussian: the weights that E2H's code prints", () => {
    const defaults = { exponent: 0.5, sigma: 0.5, floor: true };
    expect(gaussianWeights(defaults, 1, 40, 4)).toEqual(
      closeTo([0.6283221339798817, 0.17150062564233892, 0.10017723233144396, 0.10000000804633541]),
    );
    expect(gaussianWeights(defaults, 26, 40, 4)).toEqual(
      closeTo([0.10000631496852383, 0.11126837886973784, 0.46827629329767895, 0.3204490128640593]),
    );
    expect(gaussianWeights({ exponent: 1, sigma: 0.75, floor: 0.05 }, 21, 40, 3)).toEqual(
      closeTo([0.2417685945914439, 0.5164628108171123, 0.2417685945914439]),
    );
  });

  it("adarft: T + eta tanh(alpha (R - beta)), clipped, once a step", () => {
    const rule = { stepSize: 0.5, sensitivity: 2, targetReward: 0.5, lowest: 0, highest: 1 };
    expect(nextTarget(rule, 0.2, 0.75)).toBeCloseTo(0.2 + 0.5 * Math.tanh(0.5), 12);
    expect([nextTarget(rule, 0.9, 1), nextTarget(rule, 0.1, 0)]).toEqual([1, 0]);
    const curriculum = start({ kind: "adarft" });
    // Two groups of one step make one update, with their mean: 0.75.
    curriculum.observe({ problemId: "p000", step: 1, policyVersion: 0, rewards: [1, 1] });
    curriculum.observe({ problemId: "p001", step: 1, policyVersion: 0, rewards: [1, 0] });
    expect(curriculum.metrics(2)["target_difficulty"]).toBeCloseTo(0.5 * Math.tanh(0.5), 12);
    const easiest = [...POOL].sort((a, b) => b.passRate!.passes - a.passRate!.passes)[0]!.passRate!.passes;
    expect(
      start({ kind: "adarft" })
        .draw(1, 4)
        .every((id) => BY_ID.get(id)!.passRate!.passes === easiest),
    ).toBe(true);
  });

  it("sec: Q <- alpha r + (1 - alpha) Q of drawn arms only, then a softmax", () => {
    expect(updateValues({ EASY: 0.2, HARD: 0.4 }, { EASY: 0.5 }, 0.5)).toEqual({ EASY: 0.35, HARD: 0.4 });
    const curriculum = start({ kind: "sec", temperature: 0.1 });
    const medium = POOL.find(({ bucket }) => bucket === "MEDIUM")!.id;
    curriculum.observe({ problemId: medium, step: 1, policyVersion: 0, rewards: [1, 0, 1, 0] });
    // Q of MEDIUM is 0.25, of the three others 0: e^2.5 / (e^2.5 + 3).
    expect(curriculum.metrics(2)["weight_medium"]).toBeCloseTo(Math.exp(2.5) / (Math.exp(2.5) + 3), 12);
  });

  it("dump: mean + sqrt(2 ln(n + 1) / (n_d + 1))", () => {
    expect(upperBound([0.5, 0.3], 3, 10)).toBeCloseTo(0.4 + Math.sqrt((2 * Math.log(11)) / 4), 12);
    expect(upperBound([], 0, 0)).toBe(0);
  });

  it("greso: kept with p_e^z, never under the exploration", () => {
    expect([0, 1, 2, 10].map((zero) => keepProbability(zero, 0.5, 0.05))).toEqual([1, 0.5, 0.25, 0.05]);
  });

  it("mopps: draws from the Beta distribution it names", () => {
    const random = stream("beta");
    const draws = Array.from({ length: 20_000 }, () => drawBeta(2, 5, random));
    const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    // Beta(2, 5): mean 2/7, variance 10 / (49 * 8).
    expect([mean, variance]).toEqual([expect.closeTo(2 / 7, 2), expect.closeTo(10 / 392, 3)]);
    const small = Array.from({ length: 20_000 }, () => drawBeta(0.5, 0.5, random));
    expect(small.reduce((a, b) => a + b, 0) / small.length).toBeCloseTo(0.5, 1);
  });

  it("scaler: d + clip(2 (accuracy - 1/2), -1, 1), clipped to the levels", () => {
    expect([nextLevel(3, 0.75, 2, 0.5, 9), nextLevel(3, 0, 2, 0.5, 9), nextLevel(9, 1, 2, 0.5, 9)]).toEqual([3.5, 2, 9]);
    expect(nextLevel(3, 1, 8, 0.5, 9)).toBe(4);
  });

  it("plr: rank weights mixed with staleness weights", () => {
    // Ranks 2, 1 with temperature 1: 1/2 and 1 -> 1/3, 2/3. Staleness 4 and 1 -> 0.8, 0.2.
    expect(
      replayWeights(
        [
          [0.1, 6],
          [0.4, 9],
        ],
        10,
        1,
        0.1,
      ),
    ).toEqual(closeTo([0.9 / 3 + 0.08, 1.8 / 3 + 0.02]));
  });

  it("rlve: the top rises after eight groups at nine in ten, and the window follows", () => {
    const curriculum = start({ kind: "rlve", levels: 8 });
    for (let step = 1; step <= 8; step++) {
      expect(curriculum.metrics(step)["top_level"]).toBe(0);
      const id = curriculum.draw(step, 1)[0]!;
      curriculum.observe({ problemId: id, step, policyVersion: 0, rewards: [1, 1, 1, 1] });
    }
    expect(curriculum.metrics(9)["top_level"]).toBe(1);
  });

  it("difficulty pools: what was all right is never drawn again", () => {
    const curriculum = start({ kind: "difficulty-pools" });
    for (const { id } of POOL.slice(0, 100)) curriculum.observe({ problemId: id, step: 1, policyVersion: 0, rewards: [1, 1] });
    const left = new Set(POOL.slice(100).map(({ id }) => id));
    expect(curriculum.draw(2, 20).every((id) => left.has(id))).toBe(true);
    expect(curriculum.metrics(2)["left"]).toBe(100);
  });

  it("retire-solved: a problem at nine in ten of the run is retired, one below is not", () => {
    const curriculum = start({ kind: "retire-solved" }, 40, POOL.slice(0, 2));
    curriculum.observe({ problemId: "p000", step: 1, policyVersion: 0, rewards: [1, 1, 1, 1, 1, 1, 1, 1, 1, 0] });
    curriculum.observe({ problemId: "p001", step: 1, policyVersion: 0, rewards: [1, 1, 1, 1, 1, 1, 1, 1, 0, 0] });
    expect(new Set(curriculum.draw(2, 6))).toEqual(new Set(["p001"]));
  });

  it("prompt-replay: no more than three quarters of a step, and not within the cooldown", () => {
    const curriculum = start({ kind: "prompt-replay", review: 0 });
    const seen = POOL.slice(0, 40).map(({ id }) => id);
    for (const id of seen) curriculum.observe({ problemId: id, step: 1, policyVersion: 0, rewards: [1, 0] });
    const replays = (step: number): number => curriculum.draw(step, 8).filter((id) => seen.includes(id)).length;
    expect([replays(5), replays(11), replays(12)]).toEqual([0, 0, 6]);
  });

  it("goldilocks: a step on the squared error, and a predictor that finds the words of what is learnable", () => {
    const weights = [0, 0.5];
    learn(weights, [1, 1], 0.25, 0.2);
    // Error 0.25; each weight moves by 0.2 x 0.25.
    expect(weights).toEqual(closeTo([-0.05, 0.45]));
    expect(predict(weights, [1, 1])).toBeCloseTo(0.4, 12);
    const worded = POOL.map((problem, i) => ({ ...problem, text: i % 2 === 0 ? "sort the list" : "count the words" }));
    const curriculum = start({ kind: "goldilocks", exploration: 0 }, 40, worded);
    for (let i = 0; i < 40; i++)
      curriculum.observe({ problemId: worded[i]!.id, step: 1, policyVersion: 0, rewards: i % 2 === 0 ? [1, 0] : [1, 1] });
    // Problems that it has not seen, told apart by their words alone.
    const drawn = curriculum.draw(2, 8).map((id) => worded.findIndex((problem) => problem.id === id));
    expect(drawn.every((at) => at % 2 === 0)).toBe(true);
    expect(drawn.some((at) => at >= 40)).toBe(true);
  });

  it("learnable-kinds: a proposer is paid 1 - accuracy and nothing for the impossible, and proposes what paid", () => {
    expect([0, 0.25, 1].map(proposerReward)).toEqual([0, 0.75, 0]);
    const curriculum = start({ kind: "learnable-kinds", propose: 1, temperature: 0.05 });
    for (const problem of POOL.slice(0, 64))
      curriculum.observe({
        problemId: problem.id,
        step: 1,
        policyVersion: 0,
        rewards: problem.bucket === "HARD" ? [1, 0, 0, 0] : [1, 1, 1, 1],
      });
    const drawn = curriculum.draw(2, 6);
    expect(drawn.every((id) => BY_ID.get(id)!.bucket === "HARD" && !POOL.slice(0, 64).some((seen) => seen.id === id))).toBe(true);
    const newest = start({ kind: "learnable-kinds", propose: 0, buffer: "max-new" });
    for (const problem of POOL.slice(0, 20)) newest.observe({ problemId: problem.id, step: 1, policyVersion: 0, rewards: [1, 0] });
    expect(new Set(newest.draw(2, 4))).toEqual(new Set(["p016", "p017", "p018", "p019"]));
  });

  it("sws: fails what never reaches one half and does not rise, and draws from the categories that fail", () => {
    expect([[0.1, 0.1], [0.4, 0.2], [0.1, 0.3], [0.6, 0.1], [0.2]].map((rates) => isFailure(rates, 0.5))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    const named = POOL.map((problem, i) => ({ ...problem, category: i < 64 ? "lists" : "texts" }));
    const curriculum = start({ kind: "sws", preliminary: 0, directed: 1 }, 40, named);
    for (const step of [1, 2])
      for (const i of [0, 1, 70, 71])
        curriculum.observe({ problemId: named[i]!.id, step, policyVersion: 0, rewards: i < 64 ? [1, 1, 1, 0] : [0, 0, 0, 0] });
    const drawn = curriculum.draw(3, 8).map((id) => named.find((problem) => problem.id === id)!);
    expect(drawn.every(({ category, passRate }) => category === "texts" && passRate!.passes >= 8 && passRate!.passes <= 24)).toBe(true);
    expect(curriculum.metrics(3)).toEqual({ failures: 2, weak_categories: 1 });
  });

  it("tarot: a weak model begins with the easy tier, a strong one with the hard one", () => {
    const weak = start({ kind: "tarot", strongFrom: 0.9 });
    const strong = start({ kind: "tarot", strongFrom: 0.1 });
    expect([weak.metrics(1)["weight_0"], weak.metrics(40)["weight_3"]]).toEqual([0.7, 0.7]);
    expect([strong.metrics(1)["weight_3"], strong.metrics(40)["weight_0"]]).toEqual([0.7, 0.7]);
  });

  it("climbing strategies draw harder problems at the end than at the start", () => {
    const kinds = ["staged", "e2h-cosine", "e2h-gaussian", "gaussian-pass-rate", "adarft", "recrl", "scaler"];
    // At nine in ten this policy would not leave the first levels in forty steps.
    for (const sampler of [...kinds.map((kind) => ({ kind })), { kind: "rlve", raiseAt: 0.7 }])
      expect(drawnRate(sampler, 1, 10) - drawnRate(sampler, 31, 40), sampler.kind).toBeGreaterThan(0.08);
  });

  it("learning-frontier strategies draw near one half more than uniform does", () => {
    for (const kind of ["learnability", "dots", "pass-rate-band"])
      expect(distanceFromHalf(kind), kind).toBeLessThan(distanceFromHalf("uniform") - 0.05);
  });
});

describe("gates", () => {
  it("pass-rate-band admits its bounds and refuses beyond", () => {
    expect(decide({ kind: "pass-rate-band" }, [1, 0, 0, 0, 0])).toBeNull();
    expect(decide({ kind: "pass-rate-band" }, [1, 1, 1, 1, 0])).toBeNull();
    expect(decide({ kind: "pass-rate-band" }, [1, 0, 0, 0, 0, 0])).toBe("OUTSIDE_BAND");
  });

  it("variance-threshold measures k (G - k) against its largest value", () => {
    expect([0, 1, 2, 4, 8].map((passes) => normalisedVariance(passes, 8))).toEqual([0, 7 / 16, 12 / 16, 1, 0]);
    expect(normalisedVariance(2, 5)).toBe(1);
    expect(decide({ kind: "variance-threshold", threshold: 0.5 }, [1, 0, 0, 0, 0, 0, 0, 0])).toBe("LOW_VARIANCE");
    expect(decide({ kind: "variance-threshold", threshold: 0.4 }, [1, 0, 0, 0, 0, 0, 0, 0])).toBeNull();
  });
});
