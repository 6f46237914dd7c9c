// Owns: that a synthesis whose worker is killed again and again repeats no call that was finished, and ends as one that was left alone. The model
// server counts: a call is finished once its reply is a row.
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectTemporal } from "../../testkit/planted-experiment.ts";
import { Mortal } from "../../testkit/chaos.ts";
import { startOpenaiServer } from "../../testkit/synthesis/openai-server.ts";
import type { OpenaiServer } from "../../testkit/synthesis/openai-server.ts";
import { plantSynthesis, runSynthesis, until } from "../../testkit/synthesis/planted-synthesis.ts";
import { goodReply, isTeacher, studentReply } from "../../testkit/synthesis/scripted-author.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

let world: World;
let server: OpenaiServer;
let slowMs = 0;
beforeAll(async () => {
  world = await startWorld();
  server = await startOpenaiServer({
    reply: async (request) => {
      if (slowMs > 0) await new Promise((resolve) => setTimeout(resolve, slowMs));
      return isTeacher(request) ? { text: goodReply(request.seed ?? 0) } : studentReply(request);
    },
  });
});
afterAll(async () => {
  await world.close();
  await server.close();
});

const TURNS = 3;
const SEEDS = 4;
const ATTEMPTS = 6;
const fileFor = (seed: number): object => ({
  seeds: { from: { kind: "snippets" }, count: SEEDS, seed },
  teacher: { kind: "endpoint", url: server.url, model: "scripted", concurrency: 2 },
  student: { kind: "endpoint", url: server.url, model: "scripted-student", concurrency: 2 },
  turns: TURNS,
  attempts: ATTEMPTS,
  batch: SEEDS,
});

/** Everything that a synthesis made, without times. */
const traceOf = async (id: string): Promise<unknown> => {
  const { sql } = world.database;
  const [turns, rollouts, members] = await Promise.all([
    sql`select seed, turn, request, rejection, passes, attempts, written from "SynthesisTurn" where "synthesisId" = ${id} order by seed, turn`,
    sql`select split_part(id, '/', 3) as round, split_part(id, '/', 4) as ordinal, index, completion, verdict, reward from "Rollout"
      where id like ${`${id}/%`} order by id`,
    sql`select m.ordinal, m."problemId", m.passes, m.attempts from "ProblemSetMember" m join "Synthesis" s on s."problemSetId" = m."problemSetId" where s.id = ${id} order by 1`,
  ]);
  return { turns: [...turns], rollouts: [...rollouts], members: [...members] };
};
const calls = async (id: string): Promise<{ role: string; count: number; cached: number }[]> => [
  ...(await world.database.sql<{ role: string; count: number; cached: number }[]>`
    select role, count(*)::int as count, count(*) filter (where cached)::int as cached from "ModelCall" where "synthesisId" = ${id} group by 1 order by 1`),
];
const durable = async (id: string): Promise<number> => (await calls(id)).reduce((sum, { count }) => sum + count, 0);

test("a worker killed in the middle of calls repeats none that was finished", async () => {
  const client = await connectTemporal(world.temporal.address);
  const worker = await Mortal.start(() => world.startWorker({ role: "control,sandbox" }));
  slowMs = 60;
  await plantSynthesis(world, "killed", fileFor(1));
  const ended = runSynthesis(client, "killed");
  const all = SEEDS * TURNS * (1 + ATTEMPTS);
  for (const at of [2, 15, 40, 70]) {
    await until(
      () => durable("killed"),
      (count) => count >= at,
    );
    await worker.kill();
    await worker.rise();
  }
  expect(await ended).toEqual({ status: "COMPLETED" });
  expect(await calls("killed")).toEqual([
    { role: "TEACHER", count: SEEDS * TURNS, cached: expect.any(Number) },
    { role: "STUDENT", count: SEEDS * TURNS * ATTEMPTS, cached: expect.any(Number) },
  ]);
  // Only what was under way at a kill may have been asked twice: two calls at once, four kills.
  const sent = server.requests.length;
  expect(sent).toBeGreaterThanOrEqual(all);
  expect(sent).toBeLessThanOrEqual(all + 4 * 2);
  const repeats = [...Map.groupBy(server.requests, (request) => JSON.stringify(request)).values()].filter(({ length }) => length > 1);
  expect(repeats.length).toBeLessThanOrEqual(4 * 2);

  // The same file, undisturbed, in a store without those replies: they are asked for anew, and everything is as it was.
  slowMs = 0;
  await world.database.sql`delete from "ModelCall"`;
  await world.database.sql`delete from "ModelReply"`;
  await plantSynthesis(world, "calm", fileFor(1));
  expect(await runSynthesis(client, "calm")).toEqual({ status: "COMPLETED" });
  expect(server.requests.length - sent).toBe(all);
  expect(await traceOf("calm")).toEqual(await traceOf("killed"));
  await client.connection.close();
});
