import type { FollowedEvent } from "@gradus/cli/client/follow-events";
import { exitCodeOfExperiment, experimentSecondsLeft, progressOf, secondsLeft, withEvent } from "@gradus/cli/experiment/progress";
import type { ExperimentProgress } from "@gradus/cli/experiment/progress";
import { describe, expect, test } from "vitest";

const row = (arm: string, seed: number, rest: object = {}) => ({
  id: `order.${arm}.${seed}`,
  seed,
  status: "QUEUED" as const,
  cause: null,
  totalSteps: 10,
  stepsDone: 0,
  policyVersion: 0,
  arm: { name: arm },
  metricNames: { edges: [] },
  evaluations: [],
  ...rest,
});

const experiment = (...runs: ReturnType<typeof row>[]): ExperimentProgress =>
  progressOf({
    id: "order",
    name: "order",
    question: "",
    status: "RUNNING",
    cause: null,
    createdAt: "2026-11-22T18:00:00.000Z",
    startedAt: null,
    finishedAt: null,
    cursor: "c",
    runs,
  });

const happens = (runId: string, second: number, event: FollowedEvent["event"]): FollowedEvent => ({
  cursor: String(second),
  runId,
  position: second,
  at: new Date(1_000_000 + second * 1_000).toISOString(),
  event,
});

const step = (number: number, summary: { rewardMean?: number | null; easy?: number } = {}): FollowedEvent["event"] => ({
  __typename: "StepCompleted",
  step: number,
  policyVersion: number,
  summary: {
    rewardMean: summary.rewardMean === undefined ? 0.5 : summary.rewardMean,
    passRate: 0.5,
    passRateByBucket: summary.easy === undefined ? [] : [{ bucket: "EASY", value: summary.easy }],
    groups: 4,
    admitted: 4,
    sandboxErrors: 0,
  },
  update: null,
});

const running = { __typename: "StatusChanged", status: "RUNNING", statusCause: null } as const;
const over = (progress: ExperimentProgress, events: readonly FollowedEvent[]): ExperimentProgress => events.reduce(withEvent, progress);
const first = ({ runs }: ExperimentProgress) => runs[0] ?? expect.fail("there is no run");

describe("progress", () => {
  test("begins with what the rows say", () => {
    const { edges, evaluations } = {
      edges: [
        { node: { name: "train/reward", lastStep: 4, lastValue: 0.25 } },
        { node: { name: "train/pass_rate/HARD", lastStep: 3, lastValue: 0.125 } },
        { node: { name: "train/pass_rate/EASY", lastStep: 3, lastValue: "NaN" as const } },
      ],
      evaluations: [
        { step: 0, passAt1: 0.3 },
        { step: 5, passAt1: 0.4 },
      ],
    };
    expect(first(experiment(row("uniform", 1, { stepsDone: 4, metricNames: { edges }, evaluations })))).toMatchObject({
      step: 4,
      reward: 0.25,
      byBucket: { HARD: 0.125 },
      heldOut: 0.4,
    });
  });

  test("moves with the events of each run alone", () => {
    const progress = over(experiment(row("uniform", 1), row("classic", 1)), [
      happens("order.classic.1", 1, running),
      happens("order.classic.1", 2, step(1, { rewardMean: 0.75, easy: 0.9 })),
    ]);
    expect(progress.runs.map((run) => [run.status, run.step, run.reward])).toEqual([
      ["QUEUED", 0, null],
      ["RUNNING", 1, 0.75],
    ]);
    expect(progress.runs[1]?.byBucket).toEqual({ EASY: 0.9 });
  });

  test("does not go back when an event tells what the rows showed already", () => {
    const progress = over(experiment(row("uniform", 1, { stepsDone: 4 })), [happens("order.uniform.1", 1, step(3, { rewardMean: 0.1 }))]);
    expect(first(progress)).toMatchObject({ step: 4, reward: null, stepEnds: [] });
  });

  test("keeps the last reward and the last rate of each bucket through a step without them", () => {
    const progress = over(experiment(row("uniform", 1)), [
      happens("order.uniform.1", 1, step(1, { rewardMean: 0.4, easy: 0.8 })),
      happens("order.uniform.1", 2, step(2, { rewardMean: null })),
    ]);
    expect(first(progress)).toMatchObject({ reward: 0.4, byBucket: { EASY: 0.8 } });
  });
});

describe("time left", () => {
  test("is unknown until two steps have ended", () => {
    const one = over(experiment(row("uniform", 1)), [happens("order.uniform.1", 1, running), happens("order.uniform.1", 2, step(1))]);
    expect(secondsLeft(first(one))).toBeNull();
    expect(experimentSecondsLeft(one)).toBeNull();
  });

  test("is the pace of the last steps times the steps that remain", () => {
    const progress = over(experiment(row("uniform", 1)), [
      happens("order.uniform.1", 0, running),
      happens("order.uniform.1", 2, step(1)),
      happens("order.uniform.1", 5, step(2)),
      happens("order.uniform.1", 8, step(3)),
    ]);
    expect(secondsLeft(first(progress))).toBe(3 * 7);
  });

  test("of an experiment shares the remaining steps among the runs under way", () => {
    const names = ["order.uniform.1", "order.classic.1"];
    const progress = over(
      experiment(row("uniform", 1), row("classic", 1), row("uniform", 2), row("classic", 2)),
      names.flatMap((id) => [happens(id, 0, running), happens(id, 2, step(1)), happens(id, 4, step(2))]),
    );
    // 8 + 8 + 10 + 10 steps of 2 s, two at once.
    expect(experimentSecondsLeft(progress)).toBe(36);
  });

  test("of an experiment is never less than its longest run needs", () => {
    const ids = ["order.uniform.1", "order.classic.1"];
    const progress = over(
      experiment(row("uniform", 1), row("classic", 1, { totalSteps: 50 })),
      ids.flatMap((id) => [happens(id, 0, running), happens(id, 1, step(1)), happens(id, 2, step(2))]),
    );
    expect(experimentSecondsLeft(progress)).toBe(48);
  });
});

const codeOf = (...statuses: ("COMPLETED" | "FAILED" | "CANCELLED")[]): number =>
  exitCodeOfExperiment({ ...experiment(...statuses.map((status, seed) => row("uniform", seed, { status }))), status: "COMPLETED" });

test("the exit code is 0 only when every run completed", () => {
  expect(codeOf("COMPLETED", "COMPLETED")).toBe(0);
  expect(codeOf("COMPLETED", "FAILED")).toBe(1);
  expect(codeOf("COMPLETED", "CANCELLED")).toBe(1);
});
