// Owns: a language model behind an OpenAI-compatible endpoint. Retries of 429, 5xx and broken connections, with backoff and Retry-After, are the
// client library's. Must not know: prompts, where replies are kept.
import OpenAI, { APIError } from "openai";
import { ConfigurationError } from "@gradus/domain";
import type { ModelEndpoint } from "@gradus/domain";
import { RequestRejected } from "./language-model.ts";
import type { LanguageModel, ModelAnswer } from "./language-model.ts";

/** A reply of more bytes is broken off: no limit of tokens comes near. */
const MAX_REPLY_BYTES = 32 * 1024 * 1024;
/** Statuses with which a server says that this request, and not the server, is at fault. */
const REJECTED = [400, 413, 422];

/** Keys of this worker's environment by name, with the one address that each is sent to. */
export type ModelKeys = ReadonlyMap<string, { readonly key: string; readonly url: string }>;

/** Takes the keys out of the environment, so that no child process inherits them. A key without an address is an error at start. */
export function takeModelKeys(env: NodeJS.ProcessEnv): ModelKeys {
  const keys = new Map<string, { key: string; url: string }>();
  for (const [variable, key] of Object.entries(env)) {
    const name = /^GRADUS_MODEL_KEY_([A-Z0-9_]+)$/.exec(variable)?.[1];
    if (name === undefined || !key) continue;
    const url = env[`GRADUS_MODEL_URL_${name}`];
    if (!url) throw new ConfigurationError(`${variable} is set, and GRADUS_MODEL_URL_${name}, the address it is for, is not`);
    keys.set(name, { key, url });
    delete env[variable];
  }
  return keys;
}

/** @throws ConfigurationError where this worker has no key of that name */
export function openaiModel(endpoint: ModelEndpoint, keys: ModelKeys): LanguageModel {
  const {
    model,
    temperature,
    topP,
    maxTokens,
    maxTokensField,
    reasoningEffort,
    sendSeed,
    concurrency,
    timeoutMs,
    maxTries,
    pricePerMillion,
  } = endpoint;
  const { url, key } = addressOf(endpoint, keys);
  const settings = {
    model,
    url,
    temperature,
    ...(topP === undefined ? {} : { top_p: topP }),
    [maxTokensField]: maxTokens,
    ...(reasoningEffort === undefined ? {} : { reasoning_effort: reasoningEffort }),
  };
  const { url: _, ...body } = settings;
  return {
    name: model,
    settings,
    concurrency,
    pricePerMillion,
    async ask({ messages, seed }, signal) {
      let tries = 0;
      const client = new OpenAI({
        baseURL: url,
        apiKey: key ?? "none",
        maxRetries: maxTries - 1,
        timeout: timeoutMs,
        logLevel: "off",
        fetch: async (input, init) => {
          tries++;
          return readWhole(await fetch(input, init as RequestInit));
        },
      });
      try {
        const completion = await client.chat.completions.create(
          { ...body, messages: [...messages], ...(sendSeed ? { seed } : {}), stream: false },
          signal === undefined ? {} : { signal },
        );
        return answerOf(completion, tries);
      } catch (error) {
        throw inWords(error, { model, url, key, tries });
      }
    },
  };
}

function addressOf({ url, key }: ModelEndpoint, keys: ModelKeys): { readonly url: string; readonly key?: string } {
  if (key === undefined) return { url: url ?? "" };
  const known = keys.get(key);
  if (known === undefined)
    throw new ConfigurationError(`key ${key}: this worker has no GRADUS_MODEL_KEY_${key} with GRADUS_MODEL_URL_${key} in its environment`);
  return known;
}

/** The whole body, of bounded size. */
async function readWhole(response: Response): Promise<Response> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_REPLY_BYTES) throw new Error(`a reply of more than ${MAX_REPLY_BYTES} bytes`);
    chunks.push(chunk);
  }
  const { status, statusText, headers } = response;
  // 204 and 304 may have no body.
  return new Response(chunks.length === 0 ? null : Buffer.concat(chunks), { status, statusText, headers });
}

/** Servers differ in what they leave out: nothing but the choices is taken for granted. */
function answerOf(completion: unknown, tries: number): ModelAnswer {
  const { choices, usage } = (typeof completion === "object" ? (completion ?? {}) : {}) as Partial<OpenAI.ChatCompletion>;
  if (!Array.isArray(choices)) throw new Error("the server answered, and not with a chat completion");
  const [choice] = choices as Partial<OpenAI.ChatCompletion.Choice>[];
  const message = (choice?.message ?? {}) as { content?: unknown; reasoning_content?: unknown; reasoning?: unknown };
  return {
    text: textOf(message.content),
    reasoning: textOf(message.reasoning_content ?? message.reasoning),
    finishReason: choice?.finish_reason ?? "unknown",
    promptTokens: usage?.prompt_tokens ?? null,
    completionTokens: usage?.completion_tokens ?? null,
    reasoningTokens: usage?.completion_tokens_details?.reasoning_tokens ?? null,
    tries,
  };
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

function inWords(
  error: unknown,
  { model, url, key, tries }: { model: string; url: string; key?: string | undefined; tries: number },
): Error {
  const said = error instanceof Error ? error.message : String(error);
  // Some servers repeat the key that they refuse.
  const message = key === undefined ? said : said.replaceAll(key, "***");
  const status = error instanceof APIError ? (error.status as number | undefined) : undefined;
  if (status !== undefined && REJECTED.includes(status)) return new RequestRejected(message, tries);
  if (status === 401 || status === 403) return new ConfigurationError(`${url} refuses the key for ${model}: ${message}`);
  if (status === 404) return new ConfigurationError(`${url} has no model ${model}: ${message}`);
  return new Error(`${model} at ${url} after ${tries} requests: ${message}`);
}
