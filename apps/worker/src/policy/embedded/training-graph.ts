// Owns: the ONNX model of one training micro-batch: parameters and batch in, loss, log-probabilities, entropies and gradients out.
// Must not know: sessions, how batches are packed.
import { Gpt } from "./gpt.ts";
import type { BatchShape } from "./gpt.ts";
import { Graph } from "./graph.ts";
import type { Value } from "./graph.ts";
import { lossValue } from "./losses.ts";
import type { LossKind } from "./losses.ts";
import type { ModelSpec } from "./model-spec.ts";
import { gradients } from "./vjp.ts";

/** Result name of a parameter's gradient. */
export const gradientName = (parameter: string): string => `grad.${parameter}`;

/**
 * Inputs beside the parameters: promptTokens [G, P], promptMask [G, 1, 1, P], tokens, targets [G, S, C], positions [G, C], and per token
 * [G*S*C, 1]: coefficients, and as the loss needs them samplerLogProbs, advantages, referenceLogProbs; scalars clipLow, clipHigh,
 * entropyBonus, klWeight. Results: loss [], logProbs and entropies [G*S*C, 1], `grad.<parameter>`.
 */
export function encodeTrainingGraph(
  spec: ModelSpec,
  shape: BatchShape,
  kind: LossKind,
  element: "float32" | "float64" = "float32",
): Uint8Array {
  const graph = new Graph(element);
  const gpt = new Gpt(graph, spec);
  const { everyLogProb, logProbs } = completionLogProbs(graph, gpt, shape);
  const entropy = graph.neg(graph.sum(graph.mul(graph.exp(everyLogProb), everyLogProb), [1], true));
  const coefficients = graph.input("coefficients", logProbs.shape);
  const loss = lossValue(graph, kind, { logProbs, entropy, coefficients });
  const parameters = [...gpt.parameters];
  const grads = gradients(
    graph,
    loss,
    parameters.map(([, value]) => value),
  );
  graph.output("loss", loss);
  graph.output("logProbs", logProbs);
  graph.output("entropies", entropy);
  parameters.forEach(([name], index) => graph.output(gradientName(name), grads[index] as (typeof grads)[number]));
  return graph.encode();
}

/** The forward half alone: the batch's tokens in, logProbs [G*S*C, 1] out. */
export function encodeForwardGraph(spec: ModelSpec, shape: BatchShape): Uint8Array {
  const graph = new Graph();
  graph.output("logProbs", completionLogProbs(graph, new Gpt(graph, spec), shape).logProbs);
  return graph.encode();
}

/** Log-probabilities [G*S*C, V] of every token and [G*S*C, 1] of the targets; declares the batch's inputs. */
function completionLogProbs(
  graph: Graph,
  gpt: Gpt,
  { prompts, samples, promptLength, completionLength }: BatchShape,
): { readonly everyLogProb: Value; readonly logProbs: Value } {
  const count = prompts * samples * completionLength;
  const memory = gpt.promptMemory(graph.input("promptTokens", [prompts, promptLength], "int64"));
  const promptMask = graph.input("promptMask", [prompts, 1, 1, promptLength]);
  const tokens = graph.input("tokens", [prompts, samples, completionLength], "int64");
  const positions = graph.input("positions", [prompts, completionLength], "int64");
  const logits = gpt.completionLogits(tokens, positions, promptMask, memory);
  const everyLogProb = graph.logSoftmax(logits);
  const targets = graph.input("targets", [prompts, samples, completionLength], "int64");
  const hot = graph.oneHot(graph.reshape(targets, [count]), gpt.spec.vocabulary);
  return { everyLogProb, logProbs: graph.sum(graph.mul(everyLogProb, hot), [1], true) };
}
