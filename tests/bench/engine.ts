// Owns: `npm run bench -- engine`: seconds a training step, sampled tokens a second, and how far that is from the machine's peak.
// Must not know: learning.
import { stream } from "@gradus/domain/random";
import { createEmbeddedEngine } from "@gradus/worker/policy/embedded/embedded-engine";
import { createSession, real } from "@gradus/worker/policy/embedded/graph-session";
import { encodeOnnxModel } from "@gradus/worker/policy/embedded/onnx-model";
import { initialParameters, parameterCount, parameterSpecs } from "@gradus/worker/policy/embedded/parameters";
import { BENCH_SAMPLING_MODEL, BENCH_TRAINING_MODEL, QUICKSTART_MODEL } from "@gradus/worker/policy/embedded/presets";
import type { ModelSpec } from "@gradus/worker/policy/embedded/model-spec";
import { TrainingBatch } from "@gradus/worker/policy/embedded/training-batch";
import { encodeTrainingGraph } from "@gradus/worker/policy/embedded/training-graph";
import type { AdamSpec, Datum, PolicyEngine, SampleRow } from "@gradus/worker/policy/policy-engine";
import { benchLine } from "./bench-line.ts";
import type { Bench } from "./bench-line.ts";
import { opShares } from "./peers/op-shares.ts";
import type { OpShares } from "./peers/op-shares.ts";
import { torchFigures } from "./peers/torch.ts";

const THREADS = 2;
const ADAM: AdamSpec = { learningRate: 1e-4, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0, maxGradNorm: 1 };

/** Seconds of each run after the first `warm` ones. */
async function timed(runs: number, warm: number, run: (index: number) => Promise<unknown>): Promise<number[]> {
  const seconds: number[] = [];
  for (let index = 0; index < runs + warm; index += 1) {
    const started = performance.now();
    await run(index);
    if (index >= warm) seconds.push((performance.now() - started) / 1_000);
  }
  return seconds;
}

/** One product of two 1024 x 1024 matrices: the most that this runtime gets out of this machine. GFLOP/s. */
async function peak(): Promise<number[]> {
  const size = 1_024;
  const square = (name: string) => ({ name, type: "float32", shape: [size, size] }) as const;
  const model = encodeOnnxModel({
    nodes: [{ op: "MatMul", inputs: ["a", "b"], outputs: ["c"], attributes: {} }],
    constants: [],
    inputs: [square("a"), square("b")],
    outputs: [square("c")],
  });
  const session = await createSession(model, { provider: "cpu", threads: THREADS });
  const feeds = {
    a: real(new Float32Array(size * size).fill(0.5), [size, size]),
    b: real(new Float32Array(size * size).fill(2), [size, size]),
  };
  const seconds = await timed(15, 5, () => session.run(feeds));
  await session.release();
  return seconds.map((each) => (2 * size ** 3) / each / 1e9);
}

const tokensOf = (spec: ModelSpec, count: number, name: string): number[] => {
  const random = stream(name);
  return Array.from({ length: count }, () => random.int(spec.vocabulary));
};

const update = async (engine: PolicyEngine, data: readonly Datum[], loss: "cross_entropy" | "importance_sampling"): Promise<void> => {
  await engine.forwardBackward("m", data, { name: loss, lengthNorm: "token" });
  await engine.optimStep("m", ADAM);
};

const middle = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const SAMPLE = { temperature: 1, topP: 1, topK: 0, stopTokens: [] };

/** 32 rows of 64 prompt tokens, `perPrompt` rows to a prompt. */
const promptRows = (perPrompt: number): SampleRow[] =>
  Array.from({ length: 32 }, (_, row) => ({
    promptTokens: tokensOf(BENCH_SAMPLING_MODEL, 64, `prompt/${Math.floor(row / perPrompt)}`),
    stream: `bench/${row}`,
  }));

/** Where a training micro-batch of the bench's shape spends its time. */
async function trainingShares(): Promise<OpShares> {
  const spec = BENCH_TRAINING_MODEL;
  const shape = { prompts: 16, samples: 1, promptLength: 1, completionLength: 128 };
  const parameters = initialParameters(spec, 1);
  const weights = parameterSpecs(spec).map(({ name, shape: size }) => [name, real(parameters.get(name) as Float32Array, size)] as const);
  const graph = encodeTrainingGraph(spec, shape, { name: "cross_entropy", entropy: false, reference: false });
  return opShares(graph, { ...new TrainingBatch(shape).feeds, ...Object.fromEntries(weights) }, THREADS);
}

const bench: Bench = async (report) => {
  const figure = (measured: Omit<Parameters<typeof benchLine>[0], "bench">): void => report(benchLine({ bench: "engine", ...measured }));

  const peaks = await peak();
  figure({ metric: `peak, ${THREADS} threads, 1024^3 product`, unit: "GFLOP/s", values: peaks });

  const trainer = await createEmbeddedEngine({ model: BENCH_TRAINING_MODEL, threads: THREADS });
  await trainer.createModel("m", 1);
  const rows = Array.from({ length: 32 }, (_, row): Datum => {
    const completionTokens = tokensOf(BENCH_TRAINING_MODEL, 128, `bench/${row}`);
    return { promptTokens: [1], completionTokens, weights: completionTokens.map(() => 1) };
  });
  const steps = await timed(15, 3, () => update(trainer, rows, "cross_entropy"));
  await trainer.close();
  figure({ metric: "training step, 824,064 parameters, 32 x 128 tokens", unit: "s", values: steps, goal: { atMost: 0.4 } });
  // 6 FLOP a parameter and token for the matrices (embeddings are lookups), 12 x context x width a layer and token for attention.
  const { vocabulary, width, layers } = BENCH_TRAINING_MODEL;
  const matrices = parameterCount(BENCH_TRAINING_MODEL) - (vocabulary + 128) * width;
  const flop = 4_096 * (6 * matrices + 12 * 128 * width * layers);
  figure({ metric: "training step, arithmetic done", unit: "GFLOP/s", values: steps.map((each) => flop / each / 1e9) });
  figure({ metric: "training step, share of the measured peak", unit: "share", values: [flop / middle(steps) / 1e9 / middle(peaks)] });
  const profile = await trainingShares();
  figure({ metric: "training micro-batch of 16 x 128, kernels", unit: "ms", values: [profile.kernelMs] });
  for (const [op, share] of profile.shares.slice(0, 8))
    figure({ metric: `training micro-batch, time in ${op}`, unit: "share", values: [share] });

  const sampler = await createEmbeddedEngine({ model: BENCH_SAMPLING_MODEL, threads: THREADS });
  await sampler.createModel("m", 1);
  const grouped = await timed(9, 2, () => sampler.sample("m", promptRows(4), { ...SAMPLE, maxTokens: 64 }));
  await sampler.close();
  figure({
    metric: "sampled, batch 32 (8 prompts x 4), 64 new tokens",
    unit: "tokens/s",
    values: grouped.map((each) => 2_048 / each),
    goal: { atLeast: 5_000 },
  });
  const single = await createEmbeddedEngine({
    model: { ...BENCH_SAMPLING_MODEL, samplingGrid: { prompts: 32, samples: 1 } },
    threads: THREADS,
  });
  await single.createModel("m", 1);
  const distinct = await timed(9, 2, () => single.sample("m", promptRows(1), { ...SAMPLE, maxTokens: 64 }));
  await single.close();
  figure({
    metric: "sampled, batch 32 (32 prompts), 64 new tokens",
    unit: "tokens/s",
    values: distinct.map((each) => 2_048 / each),
    goal: { atLeast: 5_000 },
  });

  const quick = await createEmbeddedEngine({ threads: 1 });
  await quick.createModel("m", 1);
  const eight = Array.from({ length: 64 }, (_, row): SampleRow => ({
    promptTokens: tokensOf(QUICKSTART_MODEL, 45, `quick/${Math.floor(row / 8)}`),
    stream: `quick/${row}`,
  }));
  const generate = await timed(9, 2, () => quick.sample("m", eight, { ...SAMPLE, maxTokens: 41 }));
  figure({ metric: "quickstart generate, 8 x 8 rollouts of 41, 1 thread", unit: "s", values: generate });
  const sampled = await quick.sample("m", eight, { ...SAMPLE, maxTokens: 20 });
  const data = sampled.map((sample, row): Datum => ({
    promptTokens: eight[row]?.promptTokens ?? [],
    completionTokens: sample.tokens,
    weights: sample.tokens.map(() => 1),
    samplerLogProbs: sample.logProbs,
    advantage: row % 2 === 0 ? 1 : -1,
  }));
  figure({
    metric: "quickstart update, 64 rollouts of 20, 1 thread",
    unit: "s",
    values: await timed(9, 2, () => update(quick, data, "importance_sampling")),
  });
  await quick.close();

  const torch = await torchFigures(THREADS);
  if (typeof torch === "string") {
    process.stderr.write(`engine: PyTorch: absent (${torch})\n`);
    return;
  }
  const peer = `PyTorch ${torch.version}`;
  figure({ metric: "training step, 824,064 parameters, 32 x 128 tokens", unit: "s", values: torch.step, peer });
  figure({ metric: "sampled, batch 32 (32 prompts), 64 new tokens", unit: "tokens/s", values: torch.sampled, peer });
  figure({
    metric: "training speed, ours over PyTorch's",
    unit: "x",
    values: [middle(torch.step) / middle(steps)],
    goal: { atLeast: 0.7 },
  });
  figure({
    metric: "sampling speed, ours over PyTorch's",
    unit: "x",
    values: [2_048 / middle(distinct) / middle(torch.sampled)],
    goal: { atLeast: 1 },
  });
};

export default bench;
