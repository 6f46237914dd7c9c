// Proves: the course of a batch of seeds, turn by turn, whoever the student is.
import { takeTurns } from "../../../workflows/src/synthesis/loop.ts";
import type { SynthesisStages } from "../../../workflows/src/synthesis/loop.ts";
import { expect, test } from "vitest";

/** Writes down what it was asked; `rounds` are what the teacher comes to in each turn: problems written, problems posed. */
function recording(rounds: readonly (readonly [written: number, posed: number])[]): SynthesisStages & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    writeProblems: async ({ turn, scope }) => {
      asked.push(`write ${scope.id}`);
      const [written, posed] = rounds[turn - 1] ?? [0, 0];
      return { written, posed };
    },
    askStudent: async ({ scope }) => void asked.push(`ask ${scope.id}`),
    generateRollouts: async ({ scope, policy }) => void asked.push(`generate ${scope.id} with ${policy.hash}`),
    executeRollouts: async ({ scope }) => void asked.push(`execute ${scope.id}`),
    scoreProblems: async ({ batch, turn }) => void asked.push(`score ${batch}/${turn}`),
  };
}

const policy = { policy: { version: 0, hash: "w" }, engine: "embedded" } as const;

test("a turn without a problem asks no student, and the next turn comes all the same", async () => {
  const act = recording([
    [2, 2],
    [2, 0],
    [2, 1],
  ]);
  await takeTurns("s", 1, { batches: 2, turns: 3, student: policy }, act);
  expect(act.asked).toEqual([
    "write s/round/4",
    "generate s/round/4 with w",
    "execute s/round/4",
    "score 1/1",
    "write s/round/5",
    "write s/round/6",
    "generate s/round/6 with w",
    "execute s/round/6",
    "score 1/3",
  ]);
});

test("an endpoint is asked in the policy's place, and whole chains end the batch early", async () => {
  const act = recording([
    [1, 1],
    [0, 0],
  ]);
  await takeTurns("s", 0, { batches: 1, turns: 6, student: null }, act);
  expect(act.asked).toEqual(["write s/round/1", "ask s/round/1", "execute s/round/1", "score 0/1", "write s/round/2"]);
});
