// SkyRL's real server on CPU under the contract that every policy engine is held to, and what must not happen where sampler and trainer share weights.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectTinker } from "@gradus/worker/policy/tinker/connect-tinker";
import { startSkyrl } from "@gradus/worker/skyrl/skyrl-process";
import type { SkyrlProcess } from "@gradus/worker/skyrl/skyrl-process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ADAM, policyEngineContract, sampledData } from "../testkit/policy/engine-contract.ts";
import { RANK, skyrlOptions } from "../testkit/tinker/skyrl-server.ts";

let folder: string;
let server: SkyrlProcess;
let model: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gradus-skyrl-"));
  const options = await skyrlOptions(folder);
  ({ model } = options);
  server = await startSkyrl(options);
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const connect = () => connectTinker({ url: server.url, tokenizerFolder: model, rank: RANK, patienceMs: 120_000 });

policyEngineContract(
  "SkyRL",
  async () => {
    const engine = await connect();
    return { engine, close: () => engine.close() };
  },
  { model: null },
);

test("evaluating an older checkpoint does not touch what is trained, though SkyRL's sampler shares the trained adapter", async () => {
  const engine = await connect();
  await engine.createModel("m", 2);
  const data = await sampledData(engine, "m");
  const old = await engine.saveState("m");
  const [row] = data;
  if (row === undefined) throw new Error("no data");
  const greedy = { maxTokens: 12, temperature: 0, topP: 1, topK: 0, stopTokens: [] };
  const ask = async (id: string) => (await engine.sample(id, [{ promptTokens: row.promptTokens, stream: "x" }], greedy))[0];
  const before = await ask("m");
  for (let step = 0; step < 3; step += 1) {
    await engine.forwardBackward("m", data, { name: "importance_sampling", lengthNorm: "token" });
    await engine.optimStep("m", { ...ADAM, learningRate: 0.03 });
  }
  const trained = await engine.logProbs("m", data);
  await engine.loadState("evaluated", old);
  // The old weights sample as they did, and not as the trained ones: an engine that mixed them up would fail here,
  const again = await ask("evaluated");
  expect(again?.tokens).toEqual(before?.tokens);
  again?.logProbs.forEach((logProb, at) => expect(logProb).toBeCloseTo(before?.logProbs[at] ?? Number.NaN, 4));
  // or here.
  (await engine.logProbs("m", data)).forEach((logProbs, at) =>
    logProbs.forEach((logProb, token) => expect(logProb).toBeCloseTo(trained[at]?.[token] ?? Number.NaN, 4)),
  );
  const now = await ask("m");
  const scored = await engine.logProbs("m", [{ promptTokens: row.promptTokens, completionTokens: now?.tokens ?? [] }]);
  now?.logProbs.forEach((logProb, at) => expect(logProb).toBeCloseTo(scored[0]?.[at] ?? Number.NaN, 3));
  await engine.close();
});
