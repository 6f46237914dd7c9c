// The PyPI SDK, unchanged, against `gradus engine serve`'s server: what it reads, writes and refuses.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { KEY, openServedEngine } from "../testkit/policy/served-engine.ts";
import type { ServedEngine } from "../testkit/policy/served-engine.ts";
import { findPython, pythonEnvironment } from "../testkit/tinker/python-environment.ts";

const here = (path: string): string => fileURLToPath(new URL(`../testkit/tinker/${path}`, import.meta.url));

interface Seen {
  readonly sdk: string;
  readonly first: number[];
  readonly losses: number[];
  readonly gradNorm: number;
  readonly sampled: { readonly tokens: number[]; readonly logProbs: number[]; readonly reason: string }[];
  readonly again: number[][];
  readonly greedy: number[];
  readonly before: number[];
  readonly reinforcedLoss: number;
  readonly after: number[];
  readonly loaded: number[];
  readonly refused: string | null;
}

let served: ServedEngine;
let seen: Seen;
beforeAll(async () => {
  const found = await findPython();
  process.stderr.write(`Python ${found.version} at ${found.command}\n`);
  const python = await pythonEnvironment("tinker-sdk", found, here("requirements-sdk.txt"));
  served = await openServedEngine();
  const { stdout } = await promisify(execFile)(python, [here("sdk_script.py"), served.url, "gradus/tiny", "5,6,7,8,9", "10,11,12,13"], {
    env: { ...process.env, TINKER_API_KEY: KEY, TINKER_TELEMETRY: "0" },
    timeout: 300_000,
  });
  seen = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Seen;
});
afterAll(() => served?.close());

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

test("the SDK trains: the loss is the sum of what it asked for, and falls", () => {
  expect(seen.losses).toHaveLength(5);
  // Its first loss is that of the weights that its forward pass scored.
  expect(seen.losses[0]).toBeCloseTo(-total(seen.first), 4);
  seen.losses.slice(1).forEach((loss, step) => expect(loss).toBeLessThan(seen.losses[step] ?? 0));
  expect(seen.gradNorm).toBeGreaterThan(0);
});

test("the SDK samples what it trained, the same for the same seed", () => {
  expect(seen.sampled).toHaveLength(2);
  for (const { tokens, logProbs, reason } of seen.sampled) {
    expect(tokens.length).toBe(logProbs.length);
    expect(logProbs.every((logProb) => logProb <= 0)).toBe(true);
    expect(reason).toBe(tokens.length === 8 ? "length" : "stop");
  }
  expect(seen.again).toEqual(seen.sampled.map(({ tokens }) => tokens));
  expect(seen.greedy.filter((token) => [10, 11, 12, 13].includes(token)).length).toBeGreaterThan(0);
});

test("the SDK reinforces: importance sampling at ratio 1 has minus the sum of advantages as loss, and makes the tokens likelier", () => {
  expect(seen.reinforcedLoss).toBeCloseTo(-4, 4);
  expect(total(seen.after)).toBeGreaterThan(total(seen.before));
});

test("the SDK saves its state and makes a new client from it with the same log-probabilities", () => {
  expect(seen.loaded).toEqual(seen.before);
});

test("the SDK hears what is wrong with a datum", () => {
  expect(seen.refused).toMatch(/datum 0: weights has 7 entries for 8 input tokens/);
});
