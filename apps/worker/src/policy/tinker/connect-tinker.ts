// Owns: asking a Tinker server what it is, and refusing one that a node could not work with. Must not know: calls on models.
import { ConfigurationError } from "@gradus/domain";
import { z } from "zod";
import { pythonTokenizer } from "../embedded/tokenizer.ts";
import type { FolderTokenizer } from "./folder-tokenizer.ts";
import { TinkerConnection } from "./tinker-connection.ts";
import type { TinkerConnectionOptions } from "./tinker-connection.ts";
import type { LossReduction } from "./tinker-datum.ts";
import { TinkerEngine } from "./tinker-engine.ts";

export interface ConnectTinkerOptions extends TinkerConnectionOptions {
  /** Of a foreign server's model; asked for when the server is one. */
  readonly tokenizer?: (() => Promise<FolderTokenizer>) | undefined;
  /** Tokens of prompt and completion together that a foreign server's model takes; half of it for each. Default 4,096. */
  readonly contextTokens?: number;
  /** LoRA rank of the models that are made there. Default 32. */
  readonly rank?: number;
  /** Of a foreign server, which does not say. Default `sequence-mean`, as in SkyRL; hosted Tinker has `sum`. */
  readonly lossReduction?: LossReduction;
}

const CONTEXT_TOKENS = 4_096;

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
  supported_models: z.array(z.object({ model_name: z.string(), max_context_length: z.number().int().min(2).nullish() })),
  gradus: Announced.optional(),
});

const SIZES = "gradus/";

/** @throws ConfigurationError when the server has another tokenizer, or is a foreign one and the node knows no tokenizer for it */
export async function connectTinker(options: ConnectTinkerOptions): Promise<TinkerEngine> {
  const told = Capabilities.parse(await new TinkerConnection(options).ask("get_server_capabilities"));
  const [first] = told.supported_models;
  if (first === undefined) throw new ConfigurationError(`the server at ${options.url} has no model`);
  return told.gradus === undefined ? connectForeign(options, first) : connectOurs(options, told.gradus, first.model_name);
}

function connectOurs(options: ConnectTinkerOptions, ours: z.infer<typeof Announced>, baseModel: string): TinkerEngine {
  if (ours.vocabularyHash !== pythonTokenizer.hash)
    throw new ConfigurationError(`the server at ${options.url} has another vocabulary: run the same version of Gradus on both`);
  const { engine, runtime, threads, deterministic } = ours;
  return new TinkerEngine({
    ...options,
    tokenizer: pythonTokenizer,
    limits: { vocabulary: ours.vocabulary, maxPromptTokens: ours.maxPromptTokens, maxCompletionTokens: ours.maxCompletionTokens },
    baseModel,
    sizesUnder: SIZES,
    lossReduction: ours.lossReduction,
    told: { engine: `tinker:${engine}`, runtime, threads, deterministic },
  });
}

async function connectForeign(
  { contextTokens, tokenizer: read, ...options }: ConnectTinkerOptions,
  { model_name: baseModel, max_context_length: told }: z.infer<typeof Capabilities>["supported_models"][number],
): Promise<TinkerEngine> {
  if (read === undefined)
    throw new ConfigurationError(
      `the server at ${options.url} has ${baseModel}: set GRADUS_TINKER_TOKENIZER to a folder with that model's tokenizer.json and tokenizer_config.json, ` +
        `or to sha256:<hash> of one that 'gradus engine tokenizer FOLDER' stored`,
    );
  const tokenizer = await read();
  const half = Math.floor((contextTokens ?? told ?? CONTEXT_TOKENS) / 2);
  return new TinkerEngine({
    ...options,
    tokenizer,
    limits: { vocabulary: tokenizer.vocabulary, maxPromptTokens: half, maxCompletionTokens: half },
    baseModel,
    lossReduction: options.lossReduction ?? "sequence-mean",
    told: {
      engine: `tinker:${baseModel.split("/").at(-1)}`,
      // Part of a run's provenance: other tokens would be another run.
      runtime: `tokenizer sha256 ${tokenizer.hash}`,
      threads: 0,
      deterministic: false,
      baseModel,
      tokenizer: tokenizer.hash,
    },
  });
}
