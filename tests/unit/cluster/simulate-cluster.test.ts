// The cluster's model beside what queueing theory and plain arithmetic say.
import { ClusterSpec, simulateCluster } from "@gradus/domain/cluster/simulate-cluster";
import { EventQueue } from "@gradus/domain/cluster/event-queue";
import { stream } from "@gradus/domain/random";
import { expect, test } from "vitest";

const time = (mean: number, variation = 0) => ({ mean, variation });
const spec = (changes: Partial<ClusterSpec>): ClusterSpec =>
  ClusterSpec.parse({
    policyNodes: 1,
    sandboxSlots: 4,
    runs: 1,
    steps: 10,
    rolloutsPerStep: 8,
    generate: time(10),
    execute: time(2),
    reward: time(1),
    update: time(5),
    ...changes,
  });

test("one run alone takes the sum of its stages: 8 programs on 4 slots are two rounds", () => {
  const forecast = simulateCluster(spec({}), 1);
  expect(forecast.seconds).toBeCloseTo(10 * (10 + 2 * 2 + 1 + 5), 9);
  expect(forecast.secondsPerStep).toBeCloseTo(20, 9);
  expect(forecast.utilisation.policy).toBeCloseTo(15 / 20, 9);
  expect(forecast.utilisation.sandbox).toBeCloseTo((8 * 2) / (4 * 20), 9);
  expect(forecast.staleness).toBe(0);
  expect(forecast.bottleneck).toBe("policy");
});

test("what passes between stages is added to a step, keeps no machine busy, and costs nothing where another run has the engine meanwhile", () => {
  const alone = simulateCluster(spec({ orchestration: time(3) }), 1);
  expect(alone.secondsPerStep).toBeCloseTo(23, 9);
  expect(alone.utilisation.policy).toBeCloseTo(15 / 23, 9);
  const shared = simulateCluster(spec({ orchestration: time(3), runs: 3, runsPerNode: 3, sandboxSlots: 24, steps: 60 }), 1);
  expect(shared.utilisation.policy).toBeGreaterThan(0.97);
});

test("staleness hides execute and reward behind the engine, which is then full, and says how stale rollouts are", () => {
  const forecast = simulateCluster(spec({ maxStaleness: 1, steps: 100 }), 1);
  // The engine alone is 15 s a step; only the first step's execute and the last one's are not hidden.
  expect(forecast.seconds).toBeGreaterThanOrEqual(100 * 15);
  expect(forecast.seconds).toBeLessThan(100 * 15 + 20);
  expect(forecast.staleness).toBeGreaterThan(0.9);
  expect(forecast.staleness).toBeLessThanOrEqual(1);
});

test("where executing takes longer than sampling it sets the pace beside the update, however far ahead is sampled, and all is as stale as it may be", () => {
  const slow = { generate: time(3), execute: time(10), update: time(2), rolloutsPerStep: 4, steps: 50 };
  const [none, one, three] = [0, 1, 3].map((maxStaleness) => simulateCluster(spec({ ...slow, maxStaleness }), 1));
  // The loop: sample the next ones beside execute and reward, then update. Only the first step waits for its own sampling.
  expect(none?.seconds).toBeCloseTo(50 * (3 + 10 + 1 + 2), 9);
  expect(one?.seconds).toBeCloseTo(3 + 50 * (10 + 1 + 2), 9);
  expect(three?.seconds).toBeCloseTo(3 + 50 * (10 + 1 + 2), 9);
  expect(one?.staleness).toBeCloseTo(49 / 50, 9);
  // Steps 2, 3 and 4 are sampled with the first weights, too: 0, 1, 2, and 3 from then on.
  expect(three?.staleness).toBeCloseTo((1 + 2 + 47 * 3) / 50, 9);
});

test("two runs on one node take turns: the engine works for one while the other executes", () => {
  const forecast = simulateCluster(spec({ runs: 2, runsPerNode: 2, sandboxSlots: 8, steps: 50 }), 1);
  expect(forecast.utilisation.policy).toBeGreaterThan(0.97);
  expect(forecast.seconds).toBeGreaterThanOrEqual(2 * 50 * 15);
});

test("too few sandbox slots are the bottleneck, and the sandbox then sets the pace", () => {
  const forecast = simulateCluster(spec({ policyNodes: 8, runs: 8, sandboxSlots: 2, rolloutsPerStep: 16, steps: 20 }), 1);
  expect(forecast.bottleneck).toBe("sandbox");
  expect(forecast.utilisation.sandbox).toBeGreaterThan(0.95);
  // Work conserved: 8 runs x 20 steps x 16 programs x 2 s on 2 slots.
  expect(forecast.seconds).toBeGreaterThanOrEqual((8 * 20 * 16 * 2) / 2);
});

test("more runs than there is room for wait for a node, and all of them end", () => {
  const forecast = simulateCluster(spec({ policyNodes: 2, runs: 6, sandboxSlots: 16 }), 1);
  expect(forecast.stepsPerHour * (forecast.seconds / 3_600)).toBeCloseTo(60, 6);
  expect(forecast.seconds).toBeCloseTo(3 * 10 * (10 + 2 + 1 + 5), 9);
});

test("the same seed is the same forecast, and mean times are kept whatever the variation", () => {
  const varied = spec({ generate: time(10, 0.5), execute: time(0), reward: time(0), update: time(0), steps: 4_000 });
  expect(simulateCluster(varied, 3)).toEqual(simulateCluster(varied, 3));
  expect(simulateCluster(varied, 4)).not.toEqual(simulateCluster(varied, 3));
  // 4,000 draws of mean 10 and deviation 5: the mean's standard error is 0.08.
  expect(Math.abs(simulateCluster(varied, 3).secondsPerStep - 10)).toBeLessThan(4 * 0.08);
});

test("512 nodes are played without losing a step", () => {
  const forecast = simulateCluster(spec({ policyNodes: 512, runs: 512, sandboxSlots: 512 * 4, generate: time(10, 0.2) }), 1);
  expect((forecast.rolloutsPerHour * forecast.seconds) / 3_600).toBeCloseTo(512 * 10 * 8, 3);
});

test("events happen in order of time, and of asking where the time is one", () => {
  const random = stream("events");
  const queue = new EventQueue();
  const seen: (readonly [number, number])[] = [];
  Array.from({ length: 2_000 }, (_, index) => index).forEach((index) => {
    const at = random.int(50);
    queue.after(at, () => seen.push([at, index]));
  });
  queue.run();
  expect(seen).toHaveLength(2_000);
  expect(seen).toEqual(seen.toSorted(([a, i], [b, j]) => a - b || i - j));
});
