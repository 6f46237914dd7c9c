// Owns: the distribution a token is drawn from. Must not know: where logits come from.
import { describe, expect, test } from "vitest";
import { stream } from "@gradus/domain/random";
import { pickToken } from "@gradus/worker/policy/embedded/pick-token";
import { FREE_SAMPLING } from "../../testkit/policy/small-engine.ts";

const LOGITS = Float32Array.from([0.5, 0.25, 0.15, 0.1].map(Math.log));
const DRAWS = 20_000;

function shares(spec: Partial<typeof FREE_SAMPLING>): number[] {
  const random = stream("pick");
  const counts = [0, 0, 0, 0];
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const { token } = pickToken(LOGITS, 0, 4, { ...FREE_SAMPLING, ...spec }, random);
    counts[token] = (counts[token] ?? 0) + 1;
  }
  return counts.map((count) => count / DRAWS);
}

const closeTo = (found: readonly number[], wanted: readonly number[]): void =>
  found.forEach((share, token) => expect(Math.abs(share - (wanted[token] ?? 0))).toBeLessThan(0.015));

describe("drawing a token", () => {
  test("follows the softmax at temperature 1", () => closeTo(shares({}), [0.5, 0.25, 0.15, 0.1]));
  test("squares the odds at temperature one half", () =>
    closeTo(
      shares({ temperature: 0.5 }),
      [25, 6.25, 2.25, 1].map((weight) => weight / 34.5),
    ));
  test("keeps the k likeliest", () => closeTo(shares({ topK: 2 }), [2 / 3, 1 / 3, 0, 0]));
  test("keeps the smallest set that reaches top-p", () =>
    closeTo(
      shares({ topP: 0.8 }),
      [0.5, 0.25, 0.15, 0].map((weight) => weight / 0.9),
    ));
  test("applies top-p inside top-k", () => closeTo(shares({ topK: 2, topP: 0.6 }), [1, 0, 0, 0]));

  test("reports the log-probability of the whole softmax at temperature 1 whatever was cut", () => {
    for (const spec of [{}, { temperature: 0 }, { temperature: 2, topK: 3 }, { topP: 0.3 }]) {
      const { token, logProb } = pickToken(LOGITS, 0, 4, { ...FREE_SAMPLING, ...spec }, stream("one"));
      expect(logProb).toBeCloseTo(LOGITS[token] ?? Number.NaN, 6);
    }
  });

  test("reads its own row of a batch and refuses what is not a number", () => {
    const batch = Float32Array.from([9, 0, 0, 0, 0, 9, Number.NaN, 0]);
    expect(pickToken(batch, 4, 2, { ...FREE_SAMPLING, temperature: 0 }, stream("one")).token).toBe(1);
    expect(() => pickToken(batch, 4, 4, FREE_SAMPLING, stream("one"))).toThrow("logit of token 2 is NaN: its weights have diverged");
  });
});
