// Owns: the algorithm of loop.ts, read as the order of its stages. No Temporal.
import { expect, test } from "vitest";
import { TrainingDiverged, train } from "@gradus/workflows/training-run/loop";
import type { RunState, Stages, Steering } from "@gradus/workflows/training-run/loop";

const START: RunState = { runId: "r", experimentId: "e", step: 0, totalSteps: 3, policy: { version: 0, hash: "h0" }, refusedInRow: 0 };

/** Stages that write down what is asked of them; `admitted` and `refused` say what a step comes to. */
function writtenDown(
  options: {
    readonly admitted?: (step: number) => number;
    readonly refused?: (step: number) => string | null;
    readonly more?: (round: number) => boolean;
  } = {},
) {
  const log: string[] = [];
  let made = 0;
  const stages: Stages = {
    drawProblems: async ({ step }) => {
      log.push(`draw ${step}`);
      return { groups: 1, policy: { version: made, hash: `h${made}` } };
    },
    generateRollouts: async ({ scope, policy }) => {
      log.push(`generate ${scope.step} ${scope.kind} v${policy.version}`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`generated ${scope.step}`);
    },
    executeRollouts: async ({ scope }) => void log.push(`execute ${scope.step}`),
    refillProblems: async ({ step, round }) => {
      log.push(`refill ${step} round ${round}`);
      return { more: options.more?.(round) ?? false };
    },
    rewardRollouts: async ({ step }) => {
      log.push(`reward ${step}`);
      return { admitted: options.admitted?.(step) ?? 1, pauseCause: null };
    },
    updatePolicy: async ({ step, policy }) => {
      log.push(`update ${step} from v${policy.version}`);
      const refused = options.refused?.(step) ?? null;
      if (refused !== null) return { policy, refused };
      made = policy.version + 1;
      return { policy: { version: made, hash: `h${made}` }, refused: null };
    },
    drawEvaluation: async ({ scope }) => {
      log.push(`evaluate ${scope.step}${scope.suite === undefined ? "" : ` ${scope.suite}`}`);
      return { complete: true };
    },
    scoreEvaluation: async () => undefined,
  };
  return { log, stages };
}

const steering = (totalSteps: number, more: Partial<Steering> = {}): Steering => ({
  totalSteps: () => totalSteps,
  whilePaused: async () => undefined,
  pause: () => undefined,
  handOver: () => false,
  onState: () => undefined,
  ...more,
});

const onPolicy = { maxStaleness: 0, evaluateEvery: 0, baselineShared: false };
const stepsOf = (log: readonly string[]): string[] => log.filter((line) => !line.startsWith("generated"));

test("a step draws, generates, executes, credits and updates, in this order, with an evaluation before the first and after the last", async () => {
  const { log, stages } = writtenDown();
  const end = await train(START, onPolicy, stages, steering(2));
  expect(stepsOf(log)).toEqual([
    "evaluate 0",
    "draw 1",
    "generate 1 STEP v0",
    "execute 1",
    "reward 1",
    "update 1 from v0",
    "draw 2",
    "generate 2 STEP v1",
    "execute 2",
    "reward 2",
    "update 2 from v1",
    "evaluate 2",
  ]);
  expect(end).toMatchObject({ step: 2, policy: { version: 2, hash: "h2" } });
});

test("a step that admits no group updates nothing and keeps the policy", async () => {
  const { log, stages } = writtenDown({ admitted: (step) => (step === 1 ? 0 : 1) });
  const end = await train(START, onPolicy, stages, steering(2));
  expect(log.filter((line) => line.startsWith("update"))).toEqual(["update 2 from v0"]);
  expect(end.policy.version).toBe(1);
});

test("with a staleness of one, the next step is generated while this one is executed, and never while the policy is updated", async () => {
  const { log, stages } = writtenDown();
  await train(START, { ...onPolicy, maxStaleness: 1 }, stages, steering(3));
  const at = (line: string): number => log.indexOf(line);
  expect(at("draw 2")).toBeGreaterThan(-1);
  expect(at("generate 2 STEP v0")).toBeLessThan(at("update 1 from v0"));
  for (const step of [1, 2]) expect(at(`generated ${step + 1}`)).toBeLessThan(at(`update ${step} from v${step - 1}`));
  expect(log.filter((line) => line.startsWith("draw"))).toEqual(["draw 1", "draw 2", "draw 3"]);
});

test("three refused updates in a row end the run, and a good one between them starts the count again", async () => {
  const endless = writtenDown({ refused: () => "loss is NaN" });
  await expect(train(START, onPolicy, endless.stages, steering(5))).rejects.toThrow(TrainingDiverged);
  expect(endless.log.filter((line) => line.startsWith("update"))).toHaveLength(3);
  const mended = writtenDown({ refused: (step) => (step % 3 === 0 ? null : "loss is NaN") });
  expect((await train(START, onPolicy, mended.stages, steering(6))).policy.version).toBe(2);
});

test("a pause takes hold between two steps, and a hand-over leaves nothing under way", async () => {
  const { log, stages } = writtenDown();
  let seen = 0;
  const end = await train(
    START,
    { ...onPolicy, maxStaleness: 1 },
    stages,
    steering(5, { whilePaused: async () => void log.push("may go on"), handOver: () => ++seen === 2 }),
  );
  expect(end.step).toBe(2);
  expect(log.filter((line) => line === "may go on")).toHaveLength(2);
  expect(log.filter((line) => line.startsWith("generate ")).length).toBe(log.filter((line) => line.startsWith("generated ")).length);
});

test("evaluation comes every so many steps", async () => {
  const { log, stages } = writtenDown();
  await train({ ...START, step: 1 }, { ...onPolicy, evaluateEvery: 2 }, stages, steering(5));
  expect(log.filter((line) => line.startsWith("evaluate"))).toEqual(["evaluate 2", "evaluate 4", "evaluate 5"]);
});

test("a curriculum that refills executes and draws again within the step, until nothing is missing or the rounds are over", async () => {
  const { log, stages } = writtenDown({ more: (round) => round < 4 });
  await train(START, { ...onPolicy, rounds: 3 }, stages, steering(1));
  expect(stepsOf(log).slice(1, -1)).toEqual([
    "draw 1",
    "generate 1 STEP v0",
    "execute 1",
    "refill 1 round 2",
    "generate 1 STEP v0",
    "execute 1",
    "refill 1 round 3",
    "generate 1 STEP v0",
    "execute 1",
    "reward 1",
    "update 1 from v0",
  ]);
  const enough = writtenDown();
  await train(START, { ...onPolicy, rounds: 10 }, enough.stages, steering(1));
  expect(enough.log.filter((line) => line.startsWith("refill"))).toEqual(["refill 1 round 2"]);
});

test("suites are evaluated whenever the experiment's own held-out problems are, after them", async () => {
  const { log, stages } = writtenDown();
  await train(START, { ...onPolicy, evaluateEvery: 1, suites: ["lcb", "math"] }, stages, steering(2));
  expect(log.filter((line) => line.startsWith("evaluate"))).toEqual(
    [0, 1, 2].flatMap((step) => [`evaluate ${step}`, `evaluate ${step} lcb`, `evaluate ${step} math`]),
  );
});
