// Owns: the ONNX models of sampling: prompt prefill and one-token decode. Must not know: sessions, how tokens are drawn.
import { Gpt } from "./gpt.ts";
import type { BatchShape } from "./gpt.ts";
import { Graph } from "./graph.ts";
import type { ModelSpec } from "./model-spec.ts";

/** promptTokens [n, P] to keys<layer> [n, H, dh, P] and values<layer> [n, H, P, dh]. */
export function encodePrefillGraph(spec: ModelSpec, prompts: number, promptLength: number): Uint8Array {
  const graph = new Graph();
  const memory = new Gpt(graph, spec).promptMemory(graph.input("promptTokens", [prompts, promptLength], "int64"));
  memory.forEach(({ keys, values }, layer) => {
    graph.output(`keys${layer}`, keys);
    graph.output(`values${layer}`, values);
  });
  return graph.encode();
}

/**
 * tokens [G, S], positions [G, 1], promptMask [G, 1, 1, P], ownMask [C], promptKeys<l> [G, H, dh, P], promptValues<l> [G, H, P, dh],
 * keys<l> [G, H, S, dh, C], values<l> [G, H, S, C, dh] to logits [G*S, V], key<l> and value<l> [G, H, S, dh].
 */
export function encodeDecodeGraph(spec: ModelSpec, { prompts, samples, promptLength, completionLength }: BatchShape): Uint8Array {
  const graph = new Graph();
  const gpt = new Gpt(graph, spec);
  const width = spec.width / spec.heads;
  const lanes = [prompts, spec.heads] as const;
  const layers = Array.from({ length: spec.layers }, (_, layer) => layer);
  const { logits, fresh } = gpt.decode(
    graph.input("tokens", [prompts, samples], "int64"),
    graph.input("positions", [prompts, 1], "int64"),
    graph.input("promptMask", [prompts, 1, 1, promptLength]),
    graph.input("ownMask", [completionLength]),
    layers.map((layer) => ({
      keys: graph.input(`promptKeys${layer}`, [...lanes, width, promptLength]),
      values: graph.input(`promptValues${layer}`, [...lanes, promptLength, width]),
    })),
    layers.map((layer) => ({
      keys: graph.input(`keys${layer}`, [...lanes, samples, width, completionLength]),
      values: graph.input(`values${layer}`, [...lanes, samples, completionLength, width]),
    })),
  );
  graph.output("logits", logits);
  fresh.forEach(({ key, value }, layer) => {
    graph.output(`key${layer}`, key);
    graph.output(`value${layer}`, value);
  });
  return graph.encode();
}
