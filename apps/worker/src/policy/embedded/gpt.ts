// Owns: the GPT as graphs: the training forward, the prompt prefill and the one-token decode, all from the same block.
// Must not know: losses, derivatives, sessions. Read docs/engine.md beside this file.
import type { Graph, Value } from "./graph.ts";
import { contextLength } from "./model-spec.ts";
import type { ModelSpec } from "./model-spec.ts";
import { parameterSpecs } from "./parameters.ts";

/**
 * Fixed sizes of one graph. A batch is `prompts` prompts, each continued by `samples` completions. The prompt part holds every prompt token
 * but the last; the last is the first input of each completion, so only completion positions need logits.
 */
export interface BatchShape {
  readonly prompts: number;
  readonly samples: number;
  readonly promptLength: number;
  readonly completionLength: number;
}

/** Keys and values of one layer, as attention reads them: keys [G, H, dh, T], values [G, H, T, dh]. */
interface LayerMemory {
  readonly keys: Value;
  readonly values: Value;
}

/** Cosines and sines of a stream's positions, see Gpt.#rotation. */
interface Rotation {
  readonly cosines: Value;
  readonly sines: Value;
}

/** Queries, keys and values [..., H, T, dh] of one stream. Queries carry the scale 1/sqrt(dh). */
interface Heads {
  readonly q: Value;
  readonly k: Value;
  readonly v: Value;
}

const ROTARY_BASE = 10_000;
/** Additive mask of a position that may not be read. Finite: a row of nothing but masked scores stays finite too. */
export const MASKED = -1e9;

export class Gpt {
  readonly graph: Graph;
  readonly spec: ModelSpec;
  readonly parameters: ReadonlyMap<string, Value>;

  constructor(graph: Graph, spec: ModelSpec) {
    this.graph = graph;
    this.spec = spec;
    this.parameters = new Map(parameterSpecs(spec).map(({ name, shape }) => [name, graph.input(name, shape)]));
  }

  #parameter(name: string): Value {
    const value = this.parameters.get(name);
    if (value === undefined) throw new Error(`the model has no parameter ${name}`);
    return value;
  }

  /** Tokens and their positions (equal shapes) to the residual stream [n, d]. */
  #embed(tokens: Value, positions: Value): Value {
    const { graph, spec } = this;
    const count = tokens.shape.reduce((product, size) => product * size, 1);
    const embedded = graph.gather(this.#parameter("wte"), graph.reshape(tokens, [count]));
    if (spec.positions === "rotary") return embedded;
    return graph.add(embedded, graph.gather(this.#parameter("wpe"), graph.reshape(positions, [count])));
  }

  #layerNorm(name: string, x: Value): Value {
    return this.graph.layerNorm(x, this.#parameter(`${name}.gain`), this.#parameter(`${name}.bias`));
  }

  /** Rotates pairs of features (i, i + dh/2) by position (RoFormer, arXiv 2104.09864). */
  #rotate(x: Value, { cosines, sines }: Rotation): Value {
    const { graph } = this;
    const half = (x.shape.at(-1) as number) / 2;
    const [left, right] = graph.split(x, [half, half], -1) as [Value, Value];
    return graph.concat(
      [graph.sub(graph.mul(left, cosines), graph.mul(right, sines)), graph.add(graph.mul(right, cosines), graph.mul(left, sines))],
      -1,
    );
  }

  /**
   * The turns of a stream at positions [G, T], shaped to act on queries and keys [2, G, H, ..., T, dh] at once; `between` counts the axes
   * from heads to T. The queries' half carries the scale 1/sqrt(dh). Null with learned positions.
   */
  #rotation(positions: Value, between: number): Rotation | null {
    const { graph, spec } = this;
    if (spec.positions === "learned") return null;
    const headWidth = spec.width / spec.heads;
    const half = headWidth / 2;
    const rows = contextLength(spec);
    const angles = Float64Array.from(
      { length: rows * half },
      (_, index) => Math.floor(index / half) / ROTARY_BASE ** ((index % half) / half),
    );
    const [groups = 1, length = 1] = positions.shape;
    const spread = Array.from({ length: between }, () => 1);
    const scales = graph.constant([1 / Math.sqrt(headWidth), 1], [2, 1, ...spread, 1, 1]);
    const table = (values: Float64Array): Value => {
      const picked = graph.gather(graph.constant(values, [rows, half]), positions);
      return graph.mul(graph.reshape(picked, [1, groups, ...spread, length, half]), scales);
    };
    return { cosines: table(angles.map(Math.cos)), sines: table(angles.map(Math.sin)) };
  }

  /** Projects the stream [n, d] to heads. `layout` is the stream's leading axes; `order` puts [3, ...layout, H, dh] in attention's order. */
  #heads(prefix: string, x: Value, layout: readonly number[], order: readonly number[], rotation: Rotation | null): Heads {
    const { graph, spec } = this;
    const headWidth = spec.width / spec.heads;
    const projected = graph.gemm(this.#layerNorm(`${prefix}.ln1`, x), this.#parameter(`${prefix}.qkv`));
    const split = graph.transpose(graph.reshape(projected, [...layout, 3, spec.heads, headWidth]), order);
    const shape = split.shape.slice(1);
    const pieces = (value: Value, count: number): Value[] =>
      graph
        .split(
          value,
          Array.from({ length: count }, () => 1),
          0,
        )
        .map((part) => graph.reshape(part, shape));
    if (rotation === null) {
      const [q, k, v] = pieces(split, 3) as [Value, Value, Value];
      return { q: graph.scale(q, 1 / Math.sqrt(headWidth)), k, v };
    }
    const [both, third] = graph.split(split, [2, 1], 0) as [Value, Value];
    const [q, k] = pieces(this.#rotate(both, rotation), 2) as [Value, Value];
    return { q, k, v: graph.reshape(third, shape) };
  }

  /** The rest of a block once attention is mixed: projection, residual, MLP with squared ReLU (Primer, arXiv 2109.08668), residual. */
  #finish(prefix: string, x: Value, mixed: Value): Value {
    const { graph } = this;
    const attended = graph.add(x, graph.gemm(mixed, this.#parameter(`${prefix}.proj`)));
    const hidden = graph.relu(
      graph.gemm(this.#layerNorm(`${prefix}.ln2`, attended), this.#parameter(`${prefix}.fc`), {
        bias: this.#parameter(`${prefix}.fc.bias`),
      }),
    );
    const out = graph.gemm(graph.mul(hidden, hidden), this.#parameter(`${prefix}.out`), { bias: this.#parameter(`${prefix}.out.bias`) });
    return graph.add(attended, out);
  }

  #causal(length: number): Value {
    const mask = Float64Array.from({ length: length * length }, (_, index) => (index % length <= Math.floor(index / length) ? 0 : MASKED));
    return this.graph.constant(mask, [length, length]);
  }

  /** Runs the prompts [G, P] and returns what completions read of them, layer by layer. */
  promptMemory(tokens: Value): LayerMemory[] {
    const { graph, spec } = this;
    const [groups = 0, length = 0] = tokens.shape;
    const positions = graph.integers(
      Array.from({ length: groups * length }, (_, index) => index % length),
      [groups, length],
    );
    const rotation = this.#rotation(positions, 1);
    let x = this.#embed(tokens, positions);
    return Array.from({ length: spec.layers }, (_, layer) => {
      const { q, k, v } = this.#heads(`h${layer}`, x, [groups, length], [2, 0, 3, 1, 4], rotation);
      const keys = graph.swap(k);
      // Padding comes after a prompt's tokens, so causality alone keeps it from being read here.
      const scores = graph.add(graph.matmul(q, keys), this.#causal(length));
      const mixed = graph.transpose(graph.matmul(graph.softmax(scores), v), [0, 2, 1, 3]);
      x = this.#finish(`h${layer}`, x, graph.reshape(mixed, [groups * length, spec.width]));
      return { keys, values: v };
    });
  }

  /** Scores over the prompt [G, H, S, T, P] for queries [G, H, S, T, dh]: samples and steps share one product with the prompt's keys. */
  #promptScores(q: Value, memory: LayerMemory, promptMask: Value): Value {
    const { graph } = this;
    const [groups = 0, heads = 0, samples = 0, steps = 0, width = 0] = q.shape;
    const length = memory.values.shape[2] as number;
    const scores = graph.matmul(graph.reshape(q, [groups, heads, samples * steps, width]), memory.keys);
    return graph.reshape(graph.add(scores, promptMask), [groups, heads, samples, steps, length]);
  }

  #promptMix(weights: Value, memory: LayerMemory): Value {
    const { graph } = this;
    const [groups = 0, heads = 0, samples = 0, steps = 0, length = 0] = weights.shape;
    const mixed = graph.matmul(graph.reshape(weights, [groups, heads, samples * steps, length]), memory.values);
    return graph.reshape(mixed, [groups, heads, samples, steps, memory.values.shape[3] as number]);
  }

  #logits(x: Value): Value {
    return this.graph.gemm(this.#layerNorm("ln", x), this.#parameter("head"));
  }

  /**
   * Teacher-forced completions: input tokens [G, S, C] at positions [G, C] to logits [G*S*C, V].
   * `promptMask` [G, 1, 1, P] is 0 where a prompt has a token and {@link MASKED} elsewhere.
   */
  completionLogits(tokens: Value, positions: Value, promptMask: Value, memory: readonly LayerMemory[]): Value {
    const { graph, spec } = this;
    const [groups = 0, samples = 0, length = 0] = tokens.shape;
    const headWidth = spec.width / spec.heads;
    const rotation = this.#rotation(positions, 2);
    let x = this.#embed(tokens, this.#repeatSamples(positions, samples));
    memory.forEach((prompt, layer) => {
      const { q, k, v } = this.#heads(`h${layer}`, x, [groups, samples, length], [3, 0, 4, 1, 2, 5], rotation);
      const own = graph.add(graph.matmul(q, graph.swap(k)), this.#causal(length));
      const promptLength = prompt.values.shape[2] as number;
      const weights = graph.softmax(graph.concat([this.#promptScores(q, prompt, promptMask), own], -1));
      const [onPrompt, onOwn] = graph.split(weights, [promptLength, length], -1) as [Value, Value];
      const mixed = graph.add(this.#promptMix(onPrompt, prompt), graph.matmul(onOwn, v));
      const merged = graph.reshape(graph.transpose(mixed, [0, 2, 3, 1, 4]), [groups * samples * length, spec.heads * headWidth]);
      x = this.#finish(`h${layer}`, x, merged);
    });
    return this.#logits(x);
  }

  #repeatSamples(positions: Value, samples: number): Value {
    const { graph } = this;
    const [groups = 0, length = 0] = positions.shape;
    const row = graph.reshape(positions, [groups, 1, length]);
    return samples === 1
      ? row
      : graph.concat(
          Array.from({ length: samples }, () => row),
          1,
        );
  }

  /**
   * One token for every completion: `tokens` [G, S] at positions [G, 1], with prompt memory and each completion's own cache
   * (keys [G, H, S, dh, C], values [G, H, S, C, dh]; `ownMask` [C] hides what is not written yet) to logits [G*S, V] and the new key and
   * value [G, H, S, dh] of each layer, which the caller writes into the cache.
   */
  decode(
    tokens: Value,
    positions: Value,
    promptMask: Value,
    ownMask: Value,
    prompts: readonly LayerMemory[],
    caches: readonly LayerMemory[],
  ): { readonly logits: Value; readonly fresh: readonly { readonly key: Value; readonly value: Value }[] } {
    const { graph, spec } = this;
    const [groups = 0, samples = 0] = tokens.shape;
    const headWidth = spec.width / spec.heads;
    const rotation = this.#rotation(positions, 2);
    let x = this.#embed(tokens, this.#repeatSamples(positions, samples));
    const fresh = prompts.map((prompt, layer) => {
      const cache = caches[layer] as LayerMemory;
      const { q, k, v } = this.#heads(`h${layer}`, x, [groups, samples, 1], [3, 0, 4, 1, 2, 5], rotation);
      const promptLength = prompt.values.shape[2] as number;
      const cached = graph.add(graph.matmul(q, cache.keys), ownMask);
      const itself = graph.sum(graph.mul(q, k), [4], true);
      const weights = graph.softmax(graph.concat([this.#promptScores(q, prompt, promptMask), cached, itself], -1));
      const [onPrompt, onCache, onItself] = graph.split(weights, [promptLength, ownMask.shape[0] as number, 1], -1) as [
        Value,
        Value,
        Value,
      ];
      const mixed = graph.add(this.#promptMix(onPrompt, prompt), graph.add(graph.matmul(onCache, cache.values), graph.mul(onItself, v)));
      x = this.#finish(`h${layer}`, x, graph.reshape(graph.transpose(mixed, [0, 2, 3, 1, 4]), [groups * samples, spec.width]));
      const slice = [groups, spec.heads, samples, headWidth];
      return { key: graph.reshape(k, slice), value: graph.reshape(v, slice) };
    });
    return { logits: this.#logits(x), fresh };
  }
}
