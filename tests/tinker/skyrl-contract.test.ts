// SkyRL's real server on CPU under the contract that every policy engine is held to, with a tiny random model of either architecture, and what must not
// happen where sampler and trainer share weights.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectTinker } from "@gradus/worker/policy/tinker/connect-tinker";
import { readFolderTokenizer } from "@gradus/worker/policy/tinker/folder-tokenizer";
import { TinkerConnection } from "@gradus/worker/policy/tinker/tinker-connection";
import { weigh, wireData } from "@gradus/worker/policy/tinker/tinker-datum";
import type { TinkerEngine } from "@gradus/worker/policy/tinker/tinker-engine";
import type { LossSpec } from "@gradus/worker/policy/policy-engine";
import { startSkyrl } from "@gradus/worker/skyrl/skyrl-process";
import type { SkyrlProcess } from "@gradus/worker/skyrl/skyrl-process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADAM, apart, policyEngineContract, sampledData } from "../testkit/policy/engine-contract.ts";
import { ARCHITECTURES, RANK, skyrlOptions } from "../testkit/tinker/skyrl-server.ts";

const REINFORCE: LossSpec = { name: "importance_sampling", lengthNorm: "token" };
const SCORE: LossSpec = { name: "cross_entropy", lengthNorm: "sequence" };
const FAST = { ...ADAM, learningRate: 0.03 };

describe.each(ARCHITECTURES)("%s", (architecture) => {
  let folder: string;
  let server: SkyrlProcess;
  let model: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "gradus-skyrl-"));
    const options = await skyrlOptions(folder, architecture);
    ({ model } = options);
    server = await startSkyrl(options);
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const connect = (): Promise<TinkerEngine> =>
    connectTinker({ url: server.url, tokenizer: () => readFolderTokenizer(model), rank: RANK, patienceMs: 120_000 });

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
      await engine.forwardBackward("m", data, REINFORCE);
      await engine.optimStep("m", FAST);
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

  test("control: a client that samples an old sampler checkpoint itself is given other weights and loses what it trained, which the test above would see", async () => {
    const engine = await connect();
    await engine.createModel("m", 3);
    const data = await sampledData(engine, "m");
    await engine.close();
    const wire = new TinkerConnection({ url: server.url, patienceMs: 120_000 });
    const { session_id: session } = await wire.ask("create_session", { tags: [], sdk_version: "0.0.1" });
    const made = { session_id: session, base_model: model, lora_config: { rank: RANK, seed: 3 } };
    const id = String((await wire.result("create_model", made, "once"))["model_id"]);
    let sent = 0;
    const train = (loss: LossSpec, isForward: boolean) => {
      const rows = weigh(data, loss, 2_048);
      const input = { data: wireData(rows, loss, "sequence-mean"), loss_fn: loss.name };
      return wire.train({ model_id: id, seq_id: (sent += 1), forward_only: isForward, forward_backward_input: input }, "once");
    };
    const score = async (): Promise<(readonly number[])[]> =>
      ((await train(SCORE, true)).loss_fn_outputs ?? []).map((output) => output["logprobs"]?.data ?? []);
    const save = async (path: string): Promise<string> =>
      String((await wire.result("save_weights_for_sampler", { model_id: id, path }, "once"))["path"]);
    const sample = async (path: string): Promise<readonly number[]> => {
      const prompt = { chunks: [{ type: "encoded_text", tokens: data[0]?.promptTokens ?? [] }] };
      const body = { prompt, num_samples: 1, sampling_params: { max_tokens: 12, temperature: 0, seed: 1 }, model_path: path };
      return (await wire.sample(body)).sequences[0]?.logprobs ?? [];
    };
    const untrained = await score();
    const old = await save("old");
    const said = await sample(old);
    for (let step = 0; step < 3; step += 1) {
      await train(REINFORCE, false);
      await wire.result(
        "optim_step",
        { model_id: id, seq_id: (sent += 1), adam_params: { learning_rate: 0.03, beta1: 0.9, beta2: 0.95, eps: 1e-8 } },
        "once",
      );
    }
    const trained = await score();
    expect(apart(trained, untrained)).toBeGreaterThan(0.05);
    // An evaluation of the old checkpoint that is none of it.
    expect(apart([await sample(old)], [said])).toBeGreaterThan(1e-3);
    await sample(await save("new"));
    await sample(old);
    // And a training that begins again from the old weights, without a word.
    const left = await score();
    expect(apart(left, trained)).toBeGreaterThan(0.05);
    expect(apart(left, untrained)).toBeLessThan(1e-3);
  });
});
