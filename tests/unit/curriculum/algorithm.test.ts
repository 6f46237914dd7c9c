// Proves: each named algorithm by an example worked by hand, and that a file can name one and overrule it.
import { describe, expect, it } from "vitest";
import { AdvantageSettings, creditStep } from "@gradus/domain/advantage";
import { ALGORITHMS, withAlgorithm, type AlgorithmName } from "@gradus/domain/algorithm";
import { CurriculumSpec } from "@gradus/domain/curriculum/curriculum-spec";
import { selectRollouts } from "@gradus/domain/down-selection";
import { TrainingSpec } from "@gradus/domain/experiment";
import { adaptTierWeights, rewardRollout, RewardSettings } from "@gradus/domain/reward";
import type { ExecutionResult, TestVerdict } from "@gradus/domain/verdict";

const settingsOf = (algorithm: AlgorithmName): TrainingSpec => TrainingSpec.parse(withAlgorithm({ algorithm }));

/** Two groups of four: one right of four, and three. Their means are 1/4 and 3/4, their sample standard deviations 1/2 each. */
const ONE = [1, 0, 0, 0];
const THREE = [1, 1, 1, 0];

/** Advantages of the right and of a wrong rollout of ONE, then of a right and of the wrong one of THREE. */
const WORKED: Record<AlgorithmName, readonly [number, number, number, number]> = {
  paper: [0.75, -0.25, 0.25, -0.75],
  grpo: [1.5, -0.5, 0.5, -1.5],
  "dr-grpo": [0.75, -0.25, 0.25, -0.75],
  dapo: [1.5, -0.5, 0.5, -1.5],
  cispo: [1.5, -0.5, 0.5, -1.5],
  // Centred values: 3/4, 3 x -1/4, 3 x 1/4, -3/4; squares sum to 2 x 9/16 + 6 x 1/16 = 1.5; over n - 1 = 7.
  "scale-rl": [0.75 / Math.sqrt(1.5 / 7), -0.25 / Math.sqrt(1.5 / 7), 0.25 / Math.sqrt(1.5 / 7), -0.75 / Math.sqrt(1.5 / 7)],
  "grpo-plus": [1.5, -0.5, 0.5, -1.5],
  maxrl: [3, -1, 1 / 3, -1],
  // Batch mean 1/2; squares sum to 8 x 1/4 = 2; over 7.
  "reinforce-plus-plus": [0.5 / Math.sqrt(2 / 7), -0.5 / Math.sqrt(2 / 7), 0.5 / Math.sqrt(2 / 7), -0.5 / Math.sqrt(2 / 7)],
  // The others' mean: of the right one of ONE 0, of a wrong one 1/3; of a right one of THREE 2/3, of its wrong one 1.
  rloo: [1, -1 / 3, 1 / 3, -1],
};

describe("every algorithm", () => {
  for (const [name, expected] of Object.entries(WORKED) as [AlgorithmName, (typeof WORKED)[AlgorithmName]][]) {
    it(`${name}: advantages as worked by hand`, () => {
      const [one, three] = creditStep([ONE, THREE], settingsOf(name).advantage);
      const got = [one!.advantages[0], one!.advantages[1], three!.advantages[0], three!.advantages[3]];
      expect(got).toEqual(expected.map((value) => expect.closeTo(value, 4)));
      expect([one!.baseline, three!.baseline]).toEqual([0.25, 0.75]);
    });
  }

  it("has a worked example, and a curriculum half that parses", () => {
    expect(Object.keys(WORKED).toSorted()).toEqual(Object.keys(ALGORITHMS).toSorted());
    for (const preset of Object.values(ALGORITHMS)) {
      const hooks = "curriculum" in preset ? preset.curriculum : {};
      expect(CurriculumSpec.safeParse({ sampler: { kind: "uniform" }, ...hooks }).success, preset.summary).toBe(true);
    }
  });

  it("sets what distinguishes it", () => {
    expect(settingsOf("dapo").loss).toMatchObject({ name: "ppo", clipLow: 0.2, clipHigh: 0.28, lengthNorm: "token" });
    expect(settingsOf("dr-grpo").loss.lengthNorm).toBe("constant");
    expect(settingsOf("grpo").loss.klWeight).toBe(0.04);
    expect(settingsOf("scale-rl")).toMatchObject({ maxStaleness: 8, loss: { name: "cispo", lengthNorm: "prompt" } });
    expect(settingsOf("grpo-plus").reward.overlong).toBe("mask");
  });

  it("is overruled by what a file writes beside it", () => {
    const spec = TrainingSpec.parse(withAlgorithm({ algorithm: "dapo", loss: { clipHigh: 0.5 }, steps: 7 }));
    expect(spec).toMatchObject({ algorithm: "dapo", steps: 7, loss: { name: "ppo", clipLow: 0.2, clipHigh: 0.5 } });
    expect(TrainingSpec.safeParse(withAlgorithm({ algorithm: "grpoo" })).success).toBe(false);
  });
});

describe("credit", () => {
  it("takes the batch over trained groups only, and scales the others alike", () => {
    const settings = AdvantageSettings.parse({ baseline: "batch", scale: "none" });
    const [, refused] = creditStep(
      [
        [1, 0],
        [0, 0],
      ],
      settings,
      [true, false],
    );
    expect(refused!.advantages).toEqual([-0.5, -0.5]);
  });

  it("divides by nothing that is nothing", () => {
    expect(creditStep([[0, 0]], AdvantageSettings.parse({ scale: "group-mean" }))[0]!.advantages).toEqual([0, 0]);
    expect(creditStep([[1, null]], AdvantageSettings.parse({ baseline: "leave-one-out" }))[0]!.advantages).toEqual([0, null]);
  });
});

describe("down-selection", () => {
  it("keeps the subset of largest variance: equal to trying all subsets", () => {
    const rewards = [0.1, 0.9, 0.4, 1, 0, 0.5, 0.45, 0.3];
    for (const m of [2, 3, 4, 5, 7]) {
      const kept = selectRollouts(rewards, { kind: "max-variance", rollouts: m });
      expect(kept.length).toBe(m);
      expect(variance(kept.map((i) => rewards[i]!))).toBeCloseTo(
        Math.max(...subsets(8, m).map((s) => variance(s.map((i) => rewards[i]!)))),
        12,
      );
    }
  });

  it("keeps half right and half wrong of binary rewards, never an uncredited one", () => {
    const kept = selectRollouts([1, 1, 1, 1, 1, null, 0, 0], { kind: "max-variance", rollouts: 4 });
    expect(kept).toEqual([3, 4, 6, 7]);
    expect(selectRollouts([1, null, 0], { kind: "max-variance", rollouts: 2 })).toEqual([0, 2]);
    expect(selectRollouts([0, 1, 0, 1], { kind: "max-reward", rollouts: 2 })).toEqual([1, 3]);
    expect(selectRollouts([null, 1, 0, 1], { kind: "first", rollouts: 2 })).toEqual([1, 2]);
  });
});

const variance = (values: readonly number[]): number => {
  const center = values.reduce((a, b) => a + b, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - center) ** 2, 0) / values.length;
};
const subsets = (n: number, m: number): number[][] =>
  Array.from({ length: 2 ** n }, (_, mask) => Array.from({ length: n }, (__, i) => i).filter((i) => (mask >> i) & 1)).filter(
    (subset) => subset.length === m,
  );

const executed = (...verdicts: TestVerdict[]): ExecutionResult => ({
  verdict: "EXECUTED",
  tests: verdicts.map((verdict) => ({ verdict })),
  cpuMs: 0,
  wallMs: 0,
  stdout: "",
  stderr: "",
});
const short = { completionTokens: 10, maxTokens: 100, truncated: false };
const reward = (settings: object, right: number | null, result: ExecutionResult, length = short) =>
  rewardRollout(RewardSettings.parse(settings), right, result, length);

describe("rewards", () => {
  it("are binary unless told otherwise, and null for a broken machine", () => {
    expect(reward({}, 1, executed("OK"))).toEqual({ reward: 1, passed: true });
    expect(reward({ shape: { kind: "shaped" } }, null, executed())).toEqual({ reward: null, passed: null });
  });

  it("shaped: 1, -0.5, -1, and right stays what the environment says", () => {
    const settings = { shape: { kind: "shaped" } };
    expect(reward(settings, 0, executed("WRONG"))).toEqual({ reward: -0.5, passed: false });
    expect(reward(settings, 0, { ...executed("NOT_RUN"), verdict: "NO_ANSWER" })).toEqual({ reward: -1, passed: false });
  });

  it("tests: the share that is OK", () => {
    expect(reward({ shape: { kind: "tests" } }, 0, executed("OK", "WRONG", "OK", "TIMEOUT")).reward).toBe(0.5);
  });

  it("tiered: weights of the tiers whose tests all pass", () => {
    const settings = { shape: { kind: "tiered" } };
    expect(reward(settings, 0, executed("OK", "OK", "OK", "OK", "OK", "WRONG", "WRONG", "OK")).reward).toBeCloseTo(0.3, 12);
    expect(reward(settings, 1, executed(...Array<TestVerdict>(8).fill("OK"))).reward).toBeCloseTo(1, 12);
    expect(reward(settings, 0, executed("OK", "WRONG")).reward).toBeCloseTo(0.3, 12);
    // Learnability 1/4, 1/4, 0, 0: all weight to the first two, in the ratio of their weights.
    expect(adaptTierWeights([0.15, 0.15, 0.35, 0.35], [0.5, 0.5, 0, 1])).toEqual(
      [0.5, 0.5, 0, 0].map((weight) => expect.closeTo(weight, 12)),
    );
    expect(adaptTierWeights([0.4, 0.6], [1, 0])).toEqual([0.4, 0.6]);
  });

  it("overlong: masked, or punished linearly over the buffer", () => {
    const cut = { completionTokens: 100, maxTokens: 100, truncated: true };
    expect(reward({ overlong: "mask" }, 0, executed("WRONG"), cut)).toEqual({ reward: null, passed: false });
    const at = (completionTokens: number): number | null =>
      reward({ overlongBuffer: 20 }, 1, executed("OK"), { completionTokens, maxTokens: 100, truncated: false }).reward;
    expect([at(80), at(90), at(100)]).toEqual([1, 0.5, 0]);
  });
});
