// Owns: what a synthesis leaves behind, written as plain rows: seeds, turns of every kind, calls, replies, attempts. Must not know: assertions.
import { saveSeeds, setSynthesisStatus } from "@gradus/prisma/synthesis/synthesis-store";
import { fillProblems } from "../api/fill-experiment.ts";
import { plantSynthesis } from "../synthesis/planted-synthesis.ts";
import type { World } from "../world.ts";

const TURNS = 3;
const ATTEMPTS = 8;
type Outcome = readonly [request: "FIRST" | "HARDER" | "EASIER" | "VARIANT" | "REPAIR", rejection: string | null, passes: number | null];

/** What becomes of a seed's turns, seed after seed. */
const STORIES: readonly (readonly Outcome[])[] = [
  [
    ["FIRST", "FORMAT", null],
    ["REPAIR", null, 7],
    ["HARDER", null, 4],
  ],
  [
    ["FIRST", "NEVER_SOLVED", 0],
    ["EASIER", null, 2],
    ["EASIER", "OUT_OF_BAND", 8],
  ],
  [
    ["FIRST", null, 4],
    ["VARIANT", "DUPLICATE", 4],
    ["VARIANT", null, 6],
  ],
  [
    ["FIRST", "NO_REPLY", null],
    ["REPAIR", "BANNED_CODE", null],
    ["REPAIR", "DOES_NOT_RUN", null],
  ],
];

/** Stores it with `seeds` seeds drawn, each at its last turn, and running. */
export async function fillSynthesis(world: Pick<World, "database">, id: string, seeds: number): Promise<void> {
  const { prisma, sql } = world.database;
  await plantSynthesis(world, id, {
    seeds: { from: { kind: "snippets" }, count: seeds },
    teacher: { kind: "endpoint", model: "author", url: "http://127.0.0.1:9/v1" },
    student: { kind: "endpoint", model: "pupil", url: "http://127.0.0.1:9/v1" },
    turns: TURNS,
    attempts: ATTEMPTS,
  });
  await setSynthesisStatus(sql, id, "RUNNING");
  const drawn = Array.from({ length: seeds }, (_, ordinal) => ({
    ordinal,
    environment: "INDUCTION" as const,
    place: `snippet ${ordinal}`,
    text: `def seed_${ordinal}():\n    return ${ordinal}`,
    hash: `seed-${ordinal}`,
  }));
  await saveSeeds(sql, id, drawn);
  const setId = await fillProblems(world.database);
  const { problemId } = await prisma.problemSetMember.findFirstOrThrow({ where: { problemSetId: setId } });
  for (const { ordinal } of drawn) for (let turn = 1; turn <= TURNS; turn++) await fillTurn(world, { id, problemId, seed: ordinal, turn });
}

function outcomeOf(seed: number, turn: number): Outcome {
  const outcome = STORIES[seed % STORIES.length]?.[turn - 1];
  if (outcome === undefined) throw new Error(`no story has a turn ${turn}`);
  return outcome;
}

interface Place {
  readonly id: string;
  readonly problemId: string;
  readonly seed: number;
  readonly turn: number;
}

async function fillTurn({ database: { prisma } }: Pick<World, "database">, { id, problemId, seed, turn }: Place): Promise<void> {
  const [request, rejection, passes] = outcomeOf(seed, turn);
  const turnId = `${id}/turn/${seed}/${turn}`;
  const groupId = passes === null ? null : `${id}/round/${turn}/${seed}`;
  if (groupId !== null) {
    const scope = `${id}/round/${turn}`;
    const prompt = `Problem ${seed} of turn ${turn}.`;
    await prisma.group.create({ data: { id: groupId, scope, scopeKind: "SYNTHESIS", ordinal: seed, problemId, size: ATTEMPTS, prompt } });
    await prisma.rollout.createMany({
      data: Array.from({ length: ATTEMPTS }, (_, index) => ({
        id: `${groupId}/${index}`,
        groupId,
        index,
        policyVersion: 0,
        policyHash: "pupil",
        completion: `def f(x):\n    return x + ${index}`,
        finishReason: "stop",
        attempt: 1,
        verdict: "EXECUTED" as const,
        reward: index < (passes ?? 0) ? 1 : 0,
      })),
    });
  }
  await prisma.synthesisTurn.create({
    data: {
      id: turnId,
      synthesisId: id,
      seed,
      turn,
      request,
      aim: "TARGET",
      rejection: rejection as null,
      detail: rejection === null ? null : `in words: ${rejection}`,
      problemId: passes === null ? null : problemId,
      groupId,
      passes,
      attempts: passes === null ? null : ATTEMPTS,
    },
  });
  const requestHash = rejection === "NO_REPLY" ? null : `reply ${turnId}`;
  if (requestHash !== null)
    await prisma.modelReply.create({
      data: {
        requestHash,
        model: "author",
        request: { messages: [{ role: "user", content: `Write problem ${seed}, ${turn}` }] },
        text: `Reply of seed ${seed}, turn ${turn}.`,
        finishReason: "stop",
        promptTokens: 100 + seed,
        completionTokens: 1_000 + turn,
        reasoningTokens: 10,
      },
    });
  await prisma.modelCall.create({
    data: {
      id: `call ${turnId}`,
      synthesisId: id,
      role: "TEACHER",
      subject: turnId,
      promptHash: "prompt",
      requestHash,
      cached: false,
      tries: 1,
      seconds: 0.5,
      cost: requestHash === null ? 0 : 0.0125,
      failure: requestHash === null ? "400: against the rules" : null,
    },
  });
}
