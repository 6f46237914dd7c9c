// Owns: both engines under the one contract, and that they are one engine where they can be compared.
import { createEmbeddedEngine } from "@gradus/worker/policy/embedded/embedded-engine";
import type { LossSpec } from "@gradus/worker/policy/policy-engine";
import { connectTinker } from "@gradus/worker/policy/tinker/connect-tinker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADAM, policyEngineContract, sampledData } from "../../testkit/policy/engine-contract.ts";
import { KEY, openServedEngine, openSilentServer } from "../../testkit/policy/served-engine.ts";
import type { ServedEngine } from "../../testkit/policy/served-engine.ts";

policyEngineContract("the embedded engine", async () => {
  const engine = await createEmbeddedEngine();
  return { engine, close: () => engine.close() };
});

for (const dialect of ["json", "protobuf"] as const)
  policyEngineContract(`an engine behind a Tinker server that is spoken to in ${dialect}`, async () => {
    const served = await openServedEngine();
    const engine = await connectTinker({ url: served.url, key: KEY, dialect });
    return {
      engine,
      async close() {
        await engine.close();
        await served.close();
      },
    };
  });

describe("an engine behind a Tinker server", () => {
  let served: ServedEngine;
  beforeAll(async () => {
    served = await openServedEngine();
  });
  afterAll(() => served.close());

  const losses: LossSpec[] = (["importance_sampling", "ppo", "cispo"] as const).flatMap((name) =>
    (["token", "sequence", "constant", "prompt"] as const).map((lengthNorm): LossSpec => ({
      name,
      lengthNorm,
      clipLow: 0.9,
      clipHigh: 1.1,
    })),
  );

  test.each(["json", "protobuf"] as const)("computes every loss and length norm as the embedded engine does, in %s", async (dialect) => {
    const [near, far] = [await createEmbeddedEngine(), await connectTinker({ url: served.url, key: KEY, dialect })];
    await near.createModel("m", 11, "tiny");
    await far.createModel("m", 11, "tiny");
    const data = await sampledData(near, "m");
    for (const loss of losses) {
      // Anew each time: at a policy that has moved far from the samples, everything is clipped and there is nothing to compare.
      await near.createModel("m", 11, "tiny");
      await far.createModel("m", 11, "tiny");
      const [here, there] = [await near.forwardBackward("m", data, loss), await far.forwardBackward("m", data, loss)];
      expect(there.entropy).toBeNull();
      for (const member of ["loss", "klToSampler", "clipFraction", "maxLogProbGap", "tokens"] as const)
        expect(there[member], `${loss.name} ${loss.lengthNorm} ${member}`).toBeCloseTo(here[member], 5);
      const [nearNorm, farNorm] = [await near.optimStep("m", ADAM), await far.optimStep("m", ADAM)];
      expect((farNorm.gradNorm ?? 0) / (nearNorm.gradNorm ?? 0), `${loss.name} ${loss.lengthNorm}`).toBeCloseTo(1, 3);
    }
    await near.close();
    await far.close();
  });

  test("samples an older checkpoint without touching what is trained", async () => {
    const engine = await connectTinker({ url: served.url, key: KEY });
    await engine.createModel("m", 2, "tiny");
    const data = await sampledData(engine, "m");
    const old = await engine.saveState("m");
    await engine.forwardBackward("m", data, { name: "importance_sampling", lengthNorm: "token" });
    await engine.optimStep("m", { ...ADAM, learningRate: 0.03 });
    const trained = await engine.logProbs("m", data);
    await engine.loadState("evaluated", old);
    await sampledData(engine, "evaluated");
    expect(await engine.logProbs("m", data)).toEqual(trained);
    await engine.close();
  });

  test("says null where the server tells no gradient norm, which no number in the API could carry", async () => {
    await using silent = await openSilentServer(served.url);
    const engine = await connectTinker({ url: silent.url, key: KEY });
    await engine.createModel("m", 2, "tiny");
    await engine.forwardBackward("m", await sampledData(engine, "m"), { name: "ppo", lengthNorm: "token" });
    expect(await engine.optimStep("m", ADAM)).toEqual({ gradNorm: null });
    expect(engine.hasModel("m")).toBe(true);
    await engine.close();
  });

  const askConfig = (key: string, body: object): Promise<Response> =>
    fetch(`${served.url}/api/v1/client/config`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": key },
      body: JSON.stringify(body),
    });

  test("answers what the PyPI SDK asks first, to whoever has the key", async () => {
    const answer = await askConfig(KEY, { sdk_version: "0.38.0" });
    expect([answer.status, await answer.json()]).toEqual([200, {}]);
    expect((await askConfig("tml-another", { sdk_version: "0.38.0" })).status).toBe(401);
    expect((await askConfig(KEY, {})).status).toBe(422);
  });

  test("loses its models with its server, says so, and has them again from their checkpoints", async () => {
    const engine = await connectTinker({ url: served.url, key: KEY });
    await engine.createModel("m", 2, "tiny");
    const data = await sampledData(engine, "m");
    const saved = await engine.saveState("m");
    const before = await engine.logProbs("m", data);
    await served.restart();
    await expect(engine.forwardBackward("m", data, { name: "ppo", lengthNorm: "token" })).rejects.toThrow(/not loaded/);
    expect(engine.hasModel("m")).toBe(false);
    await engine.loadState("m", saved);
    expect(await engine.logProbs("m", data)).toEqual(before);
    await engine.close();
  });

  test("says what to change: the key, a KL penalty, a model that is not there, weights of another engine", async () => {
    await expect(connectTinker({ url: served.url, key: "wrong" })).rejects.toThrow(/GRADUS_TINKER_KEY/);
    const engine = await connectTinker({ url: served.url, key: KEY });
    await engine.createModel("m", 2, "tiny");
    const data = await sampledData(engine, "m");
    await expect(engine.forwardBackward("m", data, { name: "ppo", lengthNorm: "token", klWeight: 0.1 })).rejects.toThrow(/klWeight/);
    const near = await createEmbeddedEngine();
    await near.createModel("m", 2, "tiny");
    await expect(engine.loadState("m", await near.saveState("m"))).rejects.toThrow(/no checkpoint of a Tinker engine/);
    await near.close();
    await engine.close();
  });
});
