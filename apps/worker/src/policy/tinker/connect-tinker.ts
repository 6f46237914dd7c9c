// Owns: asking a Tinker server what it is, and refusing one that a node could not work with. Must not know: calls on models.
import { ConfigurationError } from "@gradus/domain";
import { z } from "zod";
import { pythonTokenizer } from "../embedded/tokenizer.ts";
import { TinkerConnection } from "./tinker-connection.ts";
import type { TinkerConnectionOptions } from "./tinker-connection.ts";
import { TinkerEngine } from "./tinker-engine.ts";

/** What a server of ours says of itself beside the names of its models. */
const Announced = z.object({
  engine: z.string(),
  runtime: z.string(),
  threads: z.number(),
  deterministic: z.boolean(),
  maxPromptTokens: z.number().int(),
  maxCompletionTokens: z.number().int(),
  vocabulary: z.number().int(),
  vocabularyHash: z.string(),
  lossReduction: z.enum(["sum", "sequence-mean"]),
});

const Capabilities = z.object({
  supported_models: z.array(z.object({ model_name: z.string() })).min(1),
  gradus: Announced.optional(),
});

const SIZES = "gradus/";

/** @throws ConfigurationError when the server is none of ours, or has another tokenizer */
export async function connectTinker(options: TinkerConnectionOptions): Promise<TinkerEngine> {
  const told = Capabilities.parse(await new TinkerConnection(options).ask("get_server_capabilities"));
  const [first] = told.supported_models;
  const ours = told.gradus;
  if (ours === undefined || first === undefined)
    throw new ConfigurationError(
      `the server at ${options.url} has ${first?.model_name ?? "no model"}: tokenizers of such models are not there yet; use one that 'gradus engine serve' runs`,
    );
  if (ours.vocabularyHash !== pythonTokenizer.hash)
    throw new ConfigurationError(`the server at ${options.url} has another vocabulary: run the same version of Gradus on both`);
  const { engine, runtime, threads, deterministic } = ours;
  return new TinkerEngine({
    ...options,
    tokenizer: pythonTokenizer,
    limits: { vocabulary: ours.vocabulary, maxPromptTokens: ours.maxPromptTokens, maxCompletionTokens: ours.maxCompletionTokens },
    baseModel: first.model_name,
    sizesUnder: SIZES,
    lossReduction: ours.lossReduction,
    told: { engine: `tinker:${engine}`, runtime, threads, deterministic },
  });
}
