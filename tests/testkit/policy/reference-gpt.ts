// Owns: an independent float64 forward pass of the embedded GPT and its losses, one row and one position at a time, in plain loops.
// Must not know: the engine's graphs. It exists to disagree with them.
import type { ModelSpec } from "@gradus/worker/policy/embedded/model-spec";
import type { Datum, LossSpec } from "@gradus/worker/policy/policy-engine";

export type Weights = ReadonlyMap<string, Float64Array>;

const get = (weights: Weights, name: string): Float64Array => {
  const values = weights.get(name);
  if (values === undefined) throw new Error(`no weight ${name}`);
  return values;
};

const at = (values: ArrayLike<number>, index: number): number => values[index] as number;

function linear(x: Float64Array, w: Float64Array, outputs: number, bias?: Float64Array): Float64Array {
  const out = new Float64Array(outputs);
  for (let column = 0; column < outputs; column += 1) {
    let sum = bias === undefined ? 0 : at(bias, column);
    for (let row = 0; row < x.length; row += 1) sum += at(x, row) * at(w, row * outputs + column);
    out[column] = sum;
  }
  return out;
}

function layerNorm(x: Float64Array, gain: Float64Array, bias: Float64Array): Float64Array {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  // ONNX stores epsilon as float32.
  return x.map((value, index) => ((value - mean) / Math.sqrt(variance + Math.fround(1e-5))) * at(gain, index) + at(bias, index));
}

function rotate(x: Float64Array, heads: number, position: number): Float64Array {
  const width = x.length / heads;
  const half = width / 2;
  return x.map((value, index) => {
    const inside = index % width;
    const angle = position / 10_000 ** ((inside % half) / half);
    const partner = inside < half ? -at(x, index + half) : at(x, index - half);
    return value * Math.cos(angle) + partner * Math.sin(angle);
  });
}

/** Log-probabilities [position][token] after each token of one sequence. */
export function referenceLogProbs(spec: ModelSpec, weights: Weights, tokens: readonly number[]): Float64Array[] {
  const { width, heads, hidden, vocabulary } = spec;
  const headWidth = width / heads;
  let stream = tokens.map((token, position) =>
    Float64Array.from(
      { length: width },
      (_, index) =>
        at(get(weights, "wte"), token * width + index) +
        (spec.positions === "learned" ? at(get(weights, "wpe"), position * width + index) : 0),
    ),
  );
  for (let layer = 0; layer < spec.layers; layer += 1) {
    const w = (name: string): Float64Array => get(weights, `h${layer}.${name}`);
    const qkv = stream.map((x) => linear(layerNorm(x, w("ln1.gain"), w("ln1.bias")), w("qkv"), 3 * width));
    const turn = (x: Float64Array, position: number): Float64Array => (spec.positions === "rotary" ? rotate(x, heads, position) : x);
    const queries = qkv.map((x, position) => turn(x.slice(0, width), position));
    const keys = qkv.map((x, position) => turn(x.slice(width, 2 * width), position));
    const values = qkv.map((x) => x.slice(2 * width));
    stream = stream.map((x, position) => {
      const mixed = new Float64Array(width);
      for (let head = 0; head < heads; head += 1) {
        const from = head * headWidth;
        const scores = Array.from({ length: position + 1 }, (_, other) => {
          let dot = 0;
          for (let index = from; index < from + headWidth; index += 1)
            dot += at(queries[position] as Float64Array, index) * at(keys[other] as Float64Array, index);
          return dot / Math.sqrt(headWidth);
        });
        const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
        scores.forEach((score, other) => {
          for (let index = from; index < from + headWidth; index += 1)
            mixed[index] = at(mixed, index) + (Math.exp(score) / total) * at(values[other] as Float64Array, index);
        });
      }
      const attended = linear(mixed, w("proj"), width).map((value, index) => value + at(x, index));
      const inner = linear(layerNorm(attended, w("ln2.gain"), w("ln2.bias")), w("fc"), hidden, w("fc.bias"));
      const out = linear(
        inner.map((value) => Math.max(value, 0) ** 2),
        w("out"),
        width,
        w("out.bias"),
      );
      return attended.map((value, index) => value + at(out, index));
    });
  }
  return stream.map((x) => {
    const logits = linear(layerNorm(x, get(weights, "ln.gain"), get(weights, "ln.bias")), get(weights, "head"), vocabulary);
    const normaliser = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    return logits.map((logit) => logit - normaliser);
  });
}

/**
 * The loss of a call, from its definition. `frozenRatio` is the clipped weight that cispo treats as a constant, row by row: pass the values at
 * the point where the derivative is taken.
 */
export function referenceLoss(
  spec: ModelSpec,
  weights: Weights,
  data: readonly Datum[],
  loss: LossSpec,
  frozenRatio?: readonly (readonly number[])[],
): { readonly loss: number; readonly ratios: number[][]; readonly logProbs: number[][] } {
  const low = loss.clipLow ?? 0.8;
  const high = loss.clipHigh ?? 1.2;
  const clip = (ratio: number): number => Math.min(Math.max(ratio, low), high);
  const counted = data.flatMap((datum) => datum.weights).reduce((sum, weight) => sum + weight, 0);
  const ratios: number[][] = [];
  const logProbs: number[][] = [];
  let total = 0;
  data.forEach((datum, row) => {
    const all = referenceLogProbs(spec, weights, [...datum.promptTokens, ...datum.completionTokens]);
    const inRow = datum.weights.reduce((sum, weight) => sum + weight, 0);
    const siblings = data.filter(({ group }) => group === datum.group).flatMap(({ weights: counts }) => counts);
    const divisor = {
      token: counted,
      sequence: data.length * inRow,
      constant: data.length * (spec.completionBuckets.at(-1) ?? 0),
      prompt: new Set(data.map(({ group }) => group)).size * siblings.reduce((sum, weight) => sum + weight, 0),
    }[loss.lengthNorm];
    ratios.push([]);
    logProbs.push([]);
    datum.completionTokens.forEach((token, index) => {
      const distribution = all[datum.promptTokens.length - 1 + index] as Float64Array;
      const logProb = at(distribution, token);
      const advantage = datum.advantage ?? 0;
      const ratio = Math.exp(logProb - (datum.samplerLogProbs?.[index] ?? logProb));
      ratios[row]?.push(clip(ratio));
      logProbs[row]?.push(logProb);
      const policy = {
        cross_entropy: -logProb,
        importance_sampling: -ratio * advantage,
        ppo: -Math.min(ratio * advantage, clip(ratio) * advantage),
        cispo: -(frozenRatio?.[row]?.[index] ?? clip(ratio)) * advantage * logProb,
      }[loss.name];
      const entropy = -distribution.reduce((sum, value) => sum + Math.exp(value) * value, 0);
      const gap = (datum.referenceLogProbs?.[index] ?? logProb) - logProb;
      const each = policy - (loss.entropyBonus ?? 0) * entropy + (loss.klWeight ?? 0) * (Math.exp(gap) - gap - 1);
      total += (at(datum.weights, index) / divisor) * each;
    });
  });
  return { loss: total, ratios, logProbs };
}
