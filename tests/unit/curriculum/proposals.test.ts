// Proves: self-play's rules by hand, against what Absolute Zero's repository does: `reward_managers.py` (what writing is worth, which programs are
// kept) and `azr_ray_trainer.py` (what is solved); and that the buffer survives a kill.
import { describe, expect, it } from "vitest";
import { createCurriculum, writtenIn, type Curriculum } from "@gradus/domain/curriculum/curriculum";
import { CurriculumSpec } from "@gradus/domain/curriculum/curriculum-spec";
import { roundsOf } from "@gradus/domain/curriculum/hooks";
import type { PoolProblem } from "@gradus/domain/curriculum/pool";
import { resolveCurriculum } from "@gradus/domain/curriculum/presets";
import {
  admitProposals,
  pickNewest,
  proposalGroups,
  ProposalsHook,
  proposerReward,
  rewardProposal,
} from "@gradus/domain/curriculum/proposals";
import { TrainingSpec } from "@gradus/domain/experiment";
import type { ProblemContent } from "@gradus/domain/problem";
import { stream } from "@gradus/domain/random";
import { RewardSettings } from "@gradus/domain/reward";
import type { ExecutionResult } from "@gradus/domain/verdict";
import { rewardsOfProposals } from "@gradus/worker/control/reward-proposals";
import { creditGroups } from "@gradus/worker/control/reward-rollouts";

const problem = (id: string, written?: true): PoolProblem => ({ id, bucket: null, environment: "DEDUCTION", passRate: null, written });
const SEEDS = Array.from({ length: 12 }, (_, i) => problem(`s${String(i).padStart(2, "0")}`));
const WRITTEN = Array.from({ length: 6 }, (_, i) => problem(`w${i}`, true));
const start = (proposals: object = {}): Curriculum =>
  createCurriculum(CurriculumSpec.parse({ sampler: { kind: "uniform" }, proposals }), [...SEEDS, ...WRITTEN], 40, 7);
const solved = (problemId: string, rewards: number[]) => ({ problemId, step: 1, policyVersion: 0, rewards });

const content = (reference: string): ProblemContent => ({
  environment: "DEDUCTION",
  message: "",
  entryPoint: "f",
  reference,
  tests: [{ kind: "call", args: "[1]", expected: "1" }],
  visibleTests: 0,
});
const said = (verdict: ExecutionResult["verdict"], proposed?: ProblemContent): ExecutionResult => ({
  verdict,
  tests: [],
  cpuMs: 0,
  wallMs: 0,
  stdout: "",
  stderr: "",
  ...(proposed && { proposed }),
});
const VALID = said("EXECUTED", content("def f(x):\n return x[0]\n"));
const LENGTH = { completionTokens: 10, maxTokens: 40, truncated: false };

const rollout = (id: string, execution: ExecutionResult) => ({ id, index: 0, execution, completionTokens: 5, finishReason: "stop" });

const group = (environment: "PROPOSAL" | "DEDUCTION", ordinal: number) => ({
  id: `g${ordinal}`,
  ordinal,
  problemId: "p",
  environment,
  bucket: null,
  difficulty: null,
  rollouts: [],
});

describe("writing", () => {
  it("is worth 1 - accuracy, and nothing where nobody or everybody solves it", () => {
    expect([0, 0.125, 0.5, 1].map(proposerReward)).toEqual([0, 0.875, 0.5, 0]);
    const binary = RewardSettings.parse({});
    expect([0, 0.25, 1].map((accuracy) => rewardProposal(binary, VALID, accuracy, LENGTH))).toEqual([0, 0.75, 0]);
    expect(rewardProposal(binary, said("EXECUTED"), null, LENGTH)).toBe(0);
  });

  it("has the numbers of the source with its shaped reward: accuracy reward, -0.5 for a problem worth nothing, -1 for what is none", () => {
    const shaped = RewardSettings.parse({ shape: { kind: "shaped" } });
    expect([0, 0.25, 1].map((accuracy) => rewardProposal(shaped, VALID, accuracy, LENGTH))).toEqual([-0.5, 0.75, -0.5]);
    // It ran and failed, did not parse, held no program: `code_validity` false, format score 0.
    for (const verdict of ["EXECUTED", "SYNTAX", "NO_ANSWER"] as const)
      expect(rewardProposal(shaped, said(verdict), null, LENGTH)).toBe(-1);
  });

  it("is not credited where the machine broke or nobody knows the accuracy", () => {
    const shaped = RewardSettings.parse({ shape: { kind: "shaped" } });
    expect(rewardProposal(shaped, said("SANDBOX_ERROR"), null, LENGTH)).toBeNull();
    expect(rewardProposal(shaped, VALID, null, LENGTH)).toBeNull();
    const masked = RewardSettings.parse({ overlong: "mask" });
    expect(rewardProposal(masked, VALID, 0.5, { ...LENGTH, truncated: true })).toBeNull();
  });

  it("is paid by the group that solved, for every rollout that wrote the same problem", () => {
    const asked = [
      {
        id: "g",
        ordinal: 0,
        problemId: "asked",
        environment: "PROPOSAL" as const,
        bucket: null,
        difficulty: null,
        rollouts: [rollout("a", VALID), rollout("b", VALID), rollout("c", said("NO_ANSWER")), rollout("d", VALID), rollout("e", VALID)],
      },
    ];
    const written = [
      { rolloutId: "a", problemId: "p" },
      { rolloutId: "b", problemId: "p" },
      { rolloutId: "d", problemId: "held out" },
      { rolloutId: "e", problemId: "too long to be posed" },
    ].map((one) => ({ ...one, content: VALID.proposed! }));
    const groups = [{ ...solved("p", [1, 0, 0, 0]), ordinal: 2, size: 4 }];
    const training = { reward: RewardSettings.parse({ shape: { kind: "shaped" } }), sampling: { maxTokens: 40 } } as never;
    const [worth] = rewardsOfProposals(asked, { written, heldOut: new Set(["held out"]), groups }, training);
    expect(worth!.rewards).toEqual([0.75, 0.75, -1, null, -0.5]);
    expect(worth!.passed).toEqual([null, null, null, null, null]);
  });

  it("has a baseline of the batch by itself, apart from that of those who solve", () => {
    const worth = [
      { rewards: [-1, 0], passed: [null, null] },
      { rewards: [1, 0], passed: [true, false] },
    ];
    const admitted = worth.map(() => ({ admitted: true, reason: null }));
    const training = TrainingSpec.parse({ advantage: { baseline: "batch" } });
    const advantages = (...groups: ReturnType<typeof group>[]) =>
      creditGroups(groups, worth, admitted, training).map((credited) => credited.advantages);
    expect(advantages(group("PROPOSAL", 0), group("DEDUCTION", 1))).toEqual([
      [-0.5, 0.5],
      [0.5, -0.5],
    ]);
    // Without anybody who writes the batch is one.
    expect(advantages(group("DEDUCTION", 0), group("DEDUCTION", 1))).toEqual([
      [-1, 0],
      [1, 0],
    ]);
  });

  it("is refused to the update without variance, where the curriculum refuses that at all", () => {
    const gates = [{ kind: "zero-variance" }];
    expect(admitProposals(gates, [-1, -1]).reason).toBe("ZERO_VARIANCE");
    expect(admitProposals([], [-1, -1]).admitted).toBe(true);
    expect(admitProposals(gates, [-1, 0.5]).admitted).toBe(true);
    expect(admitProposals(gates, [null, null, 0.5]).reason).toBe("UNDER_HALF_CREDITED");
  });
});

const solving = (mix: string, written: readonly string[]) => start({ mix, attempts: 3 }).planSolving(5, 8, 6, written);

describe("a step", () => {
  it("is half and half unless the file says otherwise, with one group of each at least", () => {
    expect([2, 3, 4, 8].map((count) => proposalGroups({ share: 0.5 }, count))).toEqual([1, 2, 2, 4]);
    expect([proposalGroups({ share: 0.01 }, 8), proposalGroups({ share: 0.99 }, 8)]).toEqual([1, 7]);
    expect(() => proposalGroups({ share: 0.5 }, 1)).toThrow(/groupsPerStep must be at least 2/);
    expect([roundsOf(resolveCurriculum("azr")), roundsOf(resolveCurriculum("uniform"))]).toEqual([2, 1]);
  });

  it("asks for the tasks in turns and shows different problems of the buffer, none that cannot be shown", () => {
    const showable = new Set(["s01", "s03", "s05", "w0"]);
    const wishes = [1, 2, 3].flatMap((step) => start({ references: 3 }).proposals(step, 2, showable));
    expect(wishes.map(({ task }) => task)).toEqual(["ABDUCTION", "DEDUCTION", "ABDUCTION"]);
    for (const { references } of wishes) {
      expect(new Set(references).size).toBe(3);
      expect(references.every((id) => showable.has(id))).toBe(true);
    }
    expect(
      start()
        .proposals(1, 2, new Set())
        .map(({ references }) => references),
    ).toEqual([[]]);
    expect(createCurriculum(resolveCurriculum("uniform"), SEEDS, 4, 1).proposals(1, 4, showable)).toEqual([]);
  });

  it("shows one program for an induction, with how many inputs it is to have, whatever the others are shown; without a program there is none", () => {
    const tasks = ["INDUCTION", "DEDUCTION"];
    const showable = new Set(["s01", "s03", "w0"]);
    const wishes = start({ tasks, references: 0 }).proposals(1, 4, showable);
    expect(wishes.map(({ task, references, inputs }) => [task, references.length, inputs])).toEqual([
      ["INDUCTION", 1, 10],
      ["DEDUCTION", 0, undefined],
    ]);
    expect(showable.has(wishes[0]!.references[0]!)).toBe(true);
    expect(start({ tasks, inputs: 3 }).proposals(1, 4, showable)[0]).toMatchObject({ task: "INDUCTION", inputs: 3 });
    expect(() => start({ tasks }).proposals(1, 4, new Set())).toThrow(/curriculum\.proposals\.tasks: INDUCTION/);
    // The preset writes the two that the shipped weights can, and its stored versions keep their content.
    expect(resolveCurriculum("azr").proposals).toEqual({
      share: 0.5,
      tasks: ["ABDUCTION", "DEDUCTION"],
      references: 6,
      mix: "max-new",
      keep: "all",
      capacity: 1_024,
    });
    expect(ProposalsHook.safeParse({ tasks, inputs: 1 }).error?.issues[0]?.path).toEqual(["inputs"]);
    expect(ProposalsHook.safeParse({ inputs: 3 }).error?.issues).toMatchObject([
      { path: ["inputs"], message: expect.stringContaining("tasks has no INDUCTION") as string },
    ]);
  });

  it("trains on what it wrote first, on half of that, or as the sampler draws, and measures the rest of what it wrote", () => {
    const fresh = ["w0", "w1", "w2"];
    const newest = solving("max-new", fresh);
    expect(
      newest
        .slice(0, 3)
        .map(({ problemId }) => problemId)
        .toSorted(),
    ).toEqual(fresh);
    expect(newest.map(({ size }) => size)).toEqual([6, 6, 6, 6]);
    expect(new Set(newest.map(({ problemId }) => problemId)).size).toBe(4);

    const half = solving("half-new", fresh);
    expect(half.slice(0, 2).every(({ problemId }) => fresh.includes(problemId))).toBe(true);
    expect(half.slice(0, 4).map(({ size }) => size)).toEqual([6, 6, 6, 6]);
    // What was written and not drawn is measured, with the rollouts that it takes.
    const left = fresh.filter((id) => !half.slice(0, 4).some(({ problemId }) => problemId === id));
    expect(half.slice(4)).toEqual(left.map((problemId) => ({ problemId, size: 3, start: 0 })));

    const many = WRITTEN.map(({ id }) => id);
    const over = solving("max-new", many);
    expect(over).toHaveLength(6);
    expect(over.map(({ problemId }) => problemId).toSorted()).toEqual(many);
    expect(over.map(({ size }) => size)).toEqual([6, 6, 6, 6, 3, 3]);
    expect(pickNewest({ mix: "uniform" }, WRITTEN, 4, stream("test"))).toEqual([]);
    expect(solving("max-new", fresh)).toEqual(newest);
  });

  it("counts as new only what neither the set nor the buffer has", () => {
    const curriculum = start();
    curriculum.observe(solved("w0", [1, 0]));
    const [first] = curriculum.planSolving(2, 2, 4, ["w0", "w1"]);
    expect(first!.problemId).toBe("w1");
    // A copy of a seed is measured, so that its writer can be paid, and is no new problem.
    expect(
      start()
        .planSolving(2, 2, 4, ["s03"])
        .map(({ problemId }) => problemId),
    ).toContain("s03");
  });
});

const keep = (settings: object, ...outcomes: ReturnType<typeof solved>[]) => {
  const curriculum = start(settings);
  for (const outcome of outcomes) curriculum.observe(outcome);
  return writtenIn(curriculum.state());
};

describe("the buffer", () => {
  it("keeps what was written once, all of it or by how it was solved, and lets the oldest go", () => {
    const always = solved("w0", [1, 1]);
    const never = solved("w1", [0, 0]);
    const some = solved("w2", [1, 0]);
    expect(keep({}, always, never, some, always, solved("s01", [1, 0]))).toEqual(["w0", "w1", "w2"]);
    expect(keep({ keep: "non-one" }, always, never, some)).toEqual(["w1", "w2"]);
    expect(keep({ keep: "non-extremes" }, always, never, some)).toEqual(["w2"]);
    expect(keep({ capacity: 2 }, always, never, some)).toEqual(["w1", "w2"]);
  });

  it("is JSON that goes on after a kill, and no part of the state of those who do not write", () => {
    const curriculum = start();
    curriculum.observe(solved("w3", [1, 0]));
    curriculum.observe(solved("w1", [0, 0]));
    const risen = start();
    risen.restore(JSON.parse(JSON.stringify(curriculum.state())) as ReturnType<Curriculum["state"]>);
    expect(writtenIn(risen.state())).toEqual(["w3", "w1"]);
    expect(risen.planSolving(3, 6, 4, ["w1", "w2"])).toEqual(curriculum.planSolving(3, 6, 4, ["w1", "w2"]));
    expect(risen.metrics(3)).toMatchObject({ written: 2 });
    const retiring = createCurriculum(CurriculumSpec.parse({ sampler: { kind: "uniform" }, retire: {} }), SEEDS, 4, 1);
    retiring.observe(solved("s01", [1, 0]));
    expect(retiring.state().hooks).not.toHaveProperty("written");
    expect(writtenIn(null)).toEqual([]);
  });

  it("has the defaults of the source", () => {
    expect(ProposalsHook.parse({})).toEqual({
      share: 0.5,
      tasks: ["ABDUCTION", "DEDUCTION"],
      references: 6,
      mix: "max-new",
      keep: "all",
      capacity: 1024,
    });
  });
});
