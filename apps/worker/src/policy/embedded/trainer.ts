// Owns: forwardBackward and logProbs: packing data into fixed-shape micro-batches, running them and accumulating gradients.
// Must not know: the optimiser, processes, checkpoints.
import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { Datum, LossReport, LossSpec, ScoredRow } from "../policy-engine.ts";
import type { BatchShape } from "./gpt.ts";
import { createSession, real, realOutput } from "./graph-session.ts";
import type { RuntimeOptions } from "./graph-session.ts";
import { clipBounds, lossKind, ReportSums, tokenCoefficients } from "./losses.ts";
import { bucketFor, maxCompletionTokens } from "./model-spec.ts";
import type { ModelSpec } from "./model-spec.ts";
import type { ModelState } from "./model-state.ts";
import { chunks, lanesOf, promptPartLength } from "./pack.ts";
import type { Lane } from "./pack.ts";
import { parameterSpecs } from "./parameters.ts";
import { TrainingBatch } from "./training-batch.ts";
import { encodeForwardGraph, encodeTrainingGraph, gradientName } from "./training-graph.ts";

/** Prompts x samples of a micro-batch: one for groups that share a prompt, one for single rows. Small enough for the CPU's caches. */
const GRIDS = [
  { prompts: 4, samples: 4 },
  { prompts: 16, samples: 1 },
] as const;

interface TrainingSession {
  readonly session: InferenceSession;
  readonly batch: TrainingBatch;
}

const scalar = (value: number): Tensor => real(Float32Array.of(value), []);

/** Runs forward and backward for any model of one spec. Sessions are built when a shape is first needed and kept. */
export class Trainer {
  readonly #spec: ModelSpec;
  readonly #runtime: RuntimeOptions;
  readonly #sessions = new Map<string, Promise<TrainingSession>>();

  constructor(spec: ModelSpec, runtime: RuntimeOptions) {
    this.#spec = spec;
    this.#runtime = runtime;
  }

  /** `loss` null: the forward graph. */
  #session(shape: BatchShape, loss: LossSpec | null): Promise<TrainingSession> {
    const kind = loss === null ? null : lossKind(loss);
    const key = JSON.stringify([shape, kind]);
    const known = this.#sessions.get(key);
    if (known !== undefined) return known;
    const graph = kind === null ? encodeForwardGraph(this.#spec, shape) : encodeTrainingGraph(this.#spec, shape, kind);
    const made = createSession(graph, this.#runtime).then((session) => ({
      session,
      batch: new TrainingBatch(shape),
    }));
    this.#sessions.set(key, made);
    return made;
  }

  /** The grid that wastes least: positions computed over all micro-batches. */
  #grid(data: readonly Datum[]): { readonly grid: (typeof GRIDS)[number]; readonly lanes: readonly Lane[] } {
    const plans = GRIDS.map((grid) => {
      const lanes = lanesOf(
        data.map((datum) => datum.promptTokens),
        grid.samples,
      );
      const perLane = (this.#spec.promptBuckets[0] ?? 0) + grid.samples * (this.#spec.completionBuckets[0] ?? 0);
      return { grid, lanes, cost: Math.ceil(lanes.length / grid.prompts) * grid.prompts * perLane };
    });
    return plans.reduce((best, plan) => (plan.cost < best.cost ? plan : best));
  }

  /** Adds the gradient of the loss to the model's accumulator. Data must have passed checkData. */
  async forwardBackward(model: ModelState, data: readonly Datum[], loss: LossSpec): Promise<LossReport> {
    const coefficients = tokenCoefficients(data, loss, maxCompletionTokens(this.#spec));
    const sums = new ReportSums(loss);
    for (const { part, shape } of this.#microBatches(data)) {
      const { session, batch } = await this.#session(shape, loss);
      batch.fill(part, data, coefficients);
      const results = await session.run(this.#feeds(model, session, batch, loss));
      this.#accumulate(model, results);
      sums.loss += realOutput(results, "loss")[0] as number;
      reportTokens(sums, part, data, batch, results);
    }
    const report = sums.report();
    if (!Number.isFinite(report.loss) && model.accumulated !== null) model.accumulated.isFinite = false;
    return report;
  }

  /** Log-probability of every completion token. Rows must have passed checkRows. */
  async logProbs(model: ModelState, rows: readonly ScoredRow[]): Promise<number[][]> {
    const data = rows.map((row): Datum => ({ ...row, weights: [] }));
    const found: number[][] = [];
    for (const { part, shape } of this.#microBatches(data)) {
      const { session, batch } = await this.#session(shape, null);
      batch.fill(part, data, []);
      const logProbs = realOutput(await session.run(this.#feeds(model, session, batch, null)), "logProbs");
      part.forEach((lane, at) =>
        lane.rows.forEach((row, sample) => {
          const start = batch.rowStart(at, sample);
          found[row] = Array.from(logProbs.subarray(start, start + (data[row]?.completionTokens.length ?? 0)));
        }),
      );
    }
    return found;
  }

  /** The rows cut into lanes and lanes into micro-batches, each with the smallest graph that holds it. */
  #microBatches(data: readonly Datum[]): { readonly part: readonly Lane[]; readonly shape: BatchShape }[] {
    const { grid, lanes } = this.#grid(data);
    const longest = (lane: Lane): number => Math.max(...lane.rows.map((row) => data[row]?.completionTokens.length ?? 0));
    // Lanes of like length share a micro-batch, so that short ones run in small graphs. The sort is stable: the order is a function of the data.
    const ordered = lanes.toSorted((a, b) => a.prompt.length - b.prompt.length || longest(a) - longest(b));
    return chunks(ordered, grid.prompts).map((part) => {
      const promptBucket = bucketFor(this.#spec.promptBuckets, Math.max(...part.map((lane) => lane.prompt.length)), "prompt");
      const completionLength = bucketFor(this.#spec.completionBuckets, Math.max(...part.map(longest)), "completion");
      return { part, shape: { ...grid, promptLength: promptPartLength(promptBucket), completionLength } };
    });
  }

  #feeds(model: ModelState, session: InferenceSession, batch: TrainingBatch, loss: LossSpec | null): Record<string, Tensor> {
    const { low, high } = loss === null ? { low: 0, high: 0 } : clipBounds(loss);
    const every: Record<string, Tensor> = {
      ...batch.feeds,
      clipLow: scalar(low),
      clipHigh: scalar(high),
      entropyBonus: scalar(loss?.entropyBonus ?? 0),
      klWeight: scalar(loss?.klWeight ?? 0),
    };
    for (const { name, shape } of parameterSpecs(this.#spec)) every[name] = real(model.parameters.get(name) as Float32Array, shape);
    return Object.fromEntries(session.inputNames.map((name) => [name, every[name] as Tensor]));
  }

  /** Frees the native sessions; a later call builds them again. */
  async release(): Promise<void> {
    const sessions = await Promise.all(this.#sessions.values());
    this.#sessions.clear();
    await Promise.all(sessions.map(({ session }) => session.release()));
  }

  #accumulate(model: ModelState, results: InferenceSession.ReturnType): void {
    const names = [...model.parameters.keys()];
    if (model.accumulated === null) {
      model.accumulated = { gradients: new Map(names.map((name) => [name, realOutput(results, gradientName(name))])), isFinite: true };
      return;
    }
    for (const name of names) {
      const sum = model.accumulated.gradients.get(name) as Float32Array;
      const part = realOutput(results, gradientName(name));
      for (let index = 0; index < sum.length; index += 1) sum[index] = (sum[index] as number) + (part[index] as number);
    }
  }
}

function reportTokens(
  sums: ReportSums,
  lanes: readonly Lane[],
  data: readonly Datum[],
  batch: TrainingBatch,
  results: InferenceSession.ReturnType,
): void {
  const logProbs = realOutput(results, "logProbs");
  const entropies = realOutput(results, "entropies");
  lanes.forEach(({ rows }, lane) =>
    rows.forEach((row, sample) => {
      const datum = data[row] as Datum;
      const start = batch.rowStart(lane, sample);
      datum.weights.forEach((weight, index) => {
        if (weight > 0)
          sums.addToken(logProbs[start + index] as number, entropies[start + index] as number, datum.samplerLogProbs?.[index]);
      });
    }),
  );
}
