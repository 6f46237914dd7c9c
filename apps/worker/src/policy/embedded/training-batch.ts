// Owns: filling the inputs of one training micro-batch from data. Must not know: sessions, the model's parameters.
import type { Tensor } from "onnxruntime-node";
import type { Datum } from "../policy-engine.ts";
import { MASKED } from "./gpt.ts";
import type { BatchShape } from "./gpt.ts";
import { integers, real } from "./graph-session.ts";
import type { Lane } from "./pack.ts";

/** The buffers and tensors a session of one shape reads; tensors wrap the buffers, so filling a buffer feeds the graph. */
export class TrainingBatch {
  readonly shape: BatchShape;
  readonly promptTokens: BigInt64Array;
  readonly promptMask: Float32Array;
  readonly tokens: BigInt64Array;
  readonly targets: BigInt64Array;
  readonly positions: BigInt64Array;
  readonly coefficients: Float32Array;
  readonly samplerLogProbs: Float32Array;
  readonly referenceLogProbs: Float32Array;
  readonly advantages: Float32Array;
  readonly feeds: Readonly<Record<string, Tensor>>;

  constructor(shape: BatchShape) {
    this.shape = shape;
    const { prompts, samples, promptLength, completionLength } = shape;
    const count = prompts * samples * completionLength;
    this.promptTokens = new BigInt64Array(prompts * promptLength);
    this.promptMask = new Float32Array(prompts * promptLength);
    this.tokens = new BigInt64Array(count);
    this.targets = new BigInt64Array(count);
    this.positions = new BigInt64Array(prompts * completionLength);
    const column = (): Float32Array => new Float32Array(count);
    [this.coefficients, this.samplerLogProbs, this.referenceLogProbs, this.advantages] = [column(), column(), column(), column()];
    this.feeds = {
      promptTokens: integers(this.promptTokens, [prompts, promptLength]),
      promptMask: real(this.promptMask, [prompts, 1, 1, promptLength]),
      tokens: integers(this.tokens, [prompts, samples, completionLength]),
      targets: integers(this.targets, [prompts, samples, completionLength]),
      positions: integers(this.positions, [prompts, completionLength]),
      coefficients: real(this.coefficients, [count, 1]),
      samplerLogProbs: real(this.samplerLogProbs, [count, 1]),
      referenceLogProbs: real(this.referenceLogProbs, [count, 1]),
      advantages: real(this.advantages, [count, 1]),
    };
  }

  /** Start of a row's tokens. */
  rowStart(lane: number, sample: number): number {
    return (lane * this.shape.samples + sample) * this.shape.completionLength;
  }

  fill(lanes: readonly Lane[], data: readonly Datum[], coefficients: readonly (readonly number[])[]): void {
    const { promptLength, completionLength } = this.shape;
    this.promptTokens.fill(0n);
    this.promptMask.fill(MASKED);
    this.tokens.fill(0n);
    this.targets.fill(0n);
    this.positions.fill(0n);
    for (const array of [this.coefficients, this.samplerLogProbs, this.referenceLogProbs, this.advantages]) array.fill(0);
    lanes.forEach(({ prompt, rows }, lane) => {
      const last = prompt.length - 1;
      for (let index = 0; index < last; index += 1) {
        this.promptTokens[lane * promptLength + index] = BigInt(prompt[index] as number);
        this.promptMask[lane * promptLength + index] = 0;
      }
      for (let index = 0; index < completionLength; index += 1) this.positions[lane * completionLength + index] = BigInt(last + index);
      rows.forEach((row, sample) => {
        const datum = data[row] as Datum;
        const start = this.rowStart(lane, sample);
        this.tokens[start] = BigInt(prompt[last] as number);
        datum.completionTokens.forEach((token, index) => {
          this.targets[start + index] = BigInt(token);
          if (index + 1 < completionLength) this.tokens[start + index + 1] = BigInt(token);
        });
        this.coefficients.set(coefficients[row] ?? [], start);
        this.samplerLogProbs.set(datum.samplerLogProbs ?? [], start);
        this.referenceLogProbs.set(datum.referenceLogProbs ?? [], start);
        this.advantages.fill(datum.advantage ?? 0, start, start + datum.completionTokens.length);
      });
    });
  }
}
