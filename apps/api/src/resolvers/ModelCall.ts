// Owns: the fields of ModelCall that are its reply's.
import type { ModelCallResolvers } from "../generated/schema-types.ts";

export const ModelCall: ModelCallResolvers = {
  model: ({ reply }) => reply?.model ?? null,
  request: ({ reply }) => reply?.request ?? null,
  reply: ({ reply }) => reply?.text ?? null,
  reasoning: ({ reply }) => reply?.reasoning ?? null,
  finishReason: ({ reply }) => reply?.finishReason ?? null,
  promptTokens: ({ reply }) => reply?.promptTokens ?? null,
  completionTokens: ({ reply }) => reply?.completionTokens ?? null,
  reasoningTokens: ({ reply }) => reply?.reasoningTokens ?? null,
};
