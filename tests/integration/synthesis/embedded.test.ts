// Owns: a synthesis with the embedded teacher and policy from its file to a problem set that an experiment can train on, through the API. Must not
// know: other teachers.
import { localBlobStore } from "@gradus/prisma/local-blob-store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fillProblems, fillRun } from "../../testkit/api/fill-experiment.ts";
import { createSample } from "../../testkit/api/sample-experiment.ts";
import { readWarmStart } from "../../testkit/planted-experiment.ts";
import { askToStart, countsOf, synthesize } from "../../testkit/synthesis/synthesis-answer.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

let world: World;
let url: string;
let warmStart: string;

beforeAll(async () => {
  world = await startWorld();
  [{ url }] = await Promise.all([world.startApi(), world.startWorker({ env: { GRADUS_POLICY_SLOTS: "1" } })]);
  warmStart = `sha256:${await localBlobStore(world.blobsFolder).put(await readWarmStart())}`;
});
afterAll(() => world.close());

test("seeds become problems over turns, each tried, and what survives is a set with its chains", async () => {
  const file = {
    name: "tiny",
    seeds: { from: { kind: "snippets" }, count: 6, seed: 5 },
    teacher: { kind: "grammar" },
    student: { kind: "policy", warmStart },
    turns: 3,
    attempts: 8,
    batch: 4,
    heldOut: 0.5,
  };
  const made = await synthesize(url, file);
  expect(made).toMatchObject({ status: "COMPLETED", cause: null, seedCount: 6, turnCount: 18 });
  for (const [at, turn] of made.funnel.entries()) {
    const counts = countsOf(turn);
    expect(turn.turn).toBe(at + 1);
    expect(counts["CALLED"]).toBe(6);
    const inOrder = Object.values(counts);
    expect(inOrder).toEqual(inOrder.toSorted((a, b) => b - a));
  }
  const turns = made.turns.nodes;
  const kept = turns.filter(({ rejection }) => rejection === null);
  expect(kept.length).toBeGreaterThan(0);
  expect(made.multiTurnYield).toMatchObject({ kept: kept.length, seeds: 6, teacherCalls: 18, perSeed: kept.length / 6 });
  expect(made.singleTurnYield.kept).toBe(kept.filter(({ turn }) => turn === 1).length);
  // Every attempt is there, and k of M is what its rollouts say.
  for (const { attempts, passes, group } of turns) {
    if (attempts === null) continue;
    expect(group?.rollouts).toHaveLength(8);
    expect(group?.rollouts.filter(({ reward }) => reward !== null && reward > 0)).toHaveLength(passes ?? -1);
  }
  // The request follows from the rate before it.
  for (const after of turns.filter(({ turn }) => turn > 1)) {
    const before = turns.find(({ seed, turn }) => seed === after.seed && turn === after.turn - 1);
    const rate = before?.attempts == null ? null : (before.passes ?? 0) / before.attempts;
    expect(after.request).toBe(rate === null ? "REPAIR" : rate > 0.65 ? "HARDER" : rate < 0.35 ? "EASIER" : "VARIANT");
  }
  expect(made.transitions.reduce((sum, { count }) => sum + count, 0)).toBe(12);
  expect(made.usage).toEqual([expect.objectContaining({ role: "TEACHER", model: "grammar/1", calls: 18, cost: 0 })]);

  const members = made.problemSet?.members.nodes ?? [];
  expect(members.map(({ problem }) => problem.id).toSorted()).toEqual(kept.map(({ problem }) => problem?.id).toSorted());
  for (const { attempts, problem } of members) {
    expect(attempts).toBe(8);
    expect(problem.chain).not.toBeNull();
    expect(problem.origin.seedSnippet).not.toBeNull();
    expect(problem.origin.seedKind).toBe("snippets");
  }
  expect(members.some(({ problem }) => (problem.rung ?? 0) > 0 && problem.parent !== null)).toBe(true);
  // Problems of a seed are held out together.
  for (const chain of Map.groupBy(members, ({ problem }) => problem.chain).values())
    expect(new Set(chain.map(({ split }) => split)).size).toBe(1);

  // The same seeds again: every reply is there already, and everything comes out the same.
  const again = await synthesize(url, { ...file, name: "again" });
  expect(again.usage).toEqual([expect.objectContaining({ calls: 18, cached: 18, requests: 0 })]);
  expect(again.funnel).toEqual(made.funnel);
  expect(again.problemSet?.members.nodes).toEqual(members);
});

test("new problems are grown from what a run consistently failed, and a run that failed nothing says so", async () => {
  const { prisma } = world.database;
  const { id, runIds } = await createSample(world.database, "weak");
  const set = await fillProblems(world.database);
  await prisma.experiment.update({ where: { id }, data: { problemSetId: set } });
  // Two problems, met in every step, right in one of two rollouts each time.
  await fillRun(world.database, runIds[0]!, set, { steps: 2 });
  const met = await prisma.group.findMany({ where: { runId: runIds[0]!, scopeKind: "STEP" }, distinct: ["problemId"] });
  const from = { kind: "weaknesses", run: runIds[0] };
  const file = { teacher: { kind: "grammar" }, student: { kind: "policy", warmStart }, turns: 1, attempts: 2, inputs: 3, visibleTests: 1 };

  const grown = await synthesize(url, { ...file, name: "weak", seeds: { from: { ...from, learnedFrom: 0.75 }, count: 6 } });
  expect(grown).toMatchObject({ status: "COMPLETED", seedCount: 6 });
  const places = new Set(grown.turns.nodes.map((turn) => turn.from.place));
  expect([...places].toSorted()).toEqual(met.map(({ problemId }) => `problem:${problemId}`).toSorted());
  // A seed that comes again is another teacher call.
  expect(new Set(grown.turns.nodes.map(({ call }) => JSON.stringify(call?.request))).size).toBe(6);
  for (const { problem } of grown.problemSet?.members.nodes ?? []) expect(problem.origin.seedKind).toBe("weaknesses");
  const written = await prisma.problem.findMany({ where: { id: { in: grown.turns.nodes.flatMap(({ problem }) => problem?.id ?? []) } } });
  expect(written.length).toBeGreaterThan(0);
  for (const { content } of written)
    expect([(content as { tests: [] }).tests.length, content]).toEqual([3, expect.objectContaining({ visibleTests: 1 })]);

  const none = await synthesize(url, { ...file, name: "strong", seeds: { from, count: 6 } });
  expect(none.status).toBe("FAILED");
  expect(none.cause).toContain("failed no problem consistently");
  const unknown = await askToStart(url, { ...file, name: "nobody", seeds: { from: { kind: "weaknesses", run: "nobody" }, count: 6 } });
  expect(unknown.error?.fields).toEqual([{ path: "seeds.from.run", expected: "the id of a run that exists" }]);
});
