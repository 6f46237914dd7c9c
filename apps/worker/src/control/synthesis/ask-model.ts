// Owns: one question to a model, asked once: a call that is durable is not made again, a reply that is stored is not paid for again. Must not know:
// prompts, what the reply is for.
import { contentHash } from "@gradus/domain";
import type { Database } from "@gradus/prisma";
import { findReply, saveCall } from "@gradus/prisma/synthesis/model-call-store";
import type { ModelReply, NewCall } from "@gradus/prisma/synthesis/model-call-store";
import { RequestRejected } from "../../teacher/language-model.ts";
import type { LanguageModel, ModelAnswer, ModelRequest } from "../../teacher/language-model.ts";

export interface Question extends ModelRequest, Pick<NewCall, "id" | "synthesisId" | "role" | "subject" | "promptHash"> {}

/** Null where the server rejects the request: that is recorded too, with the reason. */
export async function askModel(
  { sql }: Pick<Database, "sql">,
  model: LanguageModel,
  { id, synthesisId, role, subject, promptHash, messages, seed }: Question,
  signal?: AbortSignal,
): Promise<{ readonly reply: ModelReply } | { readonly reply: null; readonly failure: string }> {
  const request = { ...model.settings, messages, seed };
  const requestHash = contentHash(request);
  const call = { id, synthesisId, role, subject, promptHash };
  const stored = await findReply(sql, requestHash);
  if (stored !== null) {
    await saveCall(sql, { ...call, requestHash, cached: true, tries: 0, seconds: 0, cost: 0, failure: null }, null);
    return { reply: stored };
  }
  const begun = performance.now();
  const seconds = (): number => (performance.now() - begun) / 1_000;
  try {
    const { tries, ...reply } = await model.ask({ messages, seed }, signal);
    const paid = { model: model.name, request, reply };
    await saveCall(
      sql,
      { ...call, requestHash, cached: false, tries, seconds: seconds(), cost: costOf(model, reply), failure: null },
      paid,
    );
    // As it is stored, so that a replay reads the same.
    return { reply: (await findReply(sql, requestHash)) ?? reply };
  } catch (error) {
    // Tolerates a request that the server will never take.
    if (!(error instanceof RequestRejected)) throw error;
    const failure = error.message;
    await saveCall(sql, { ...call, requestHash: null, cached: false, tries: error.tries, seconds: seconds(), cost: 0, failure }, null);
    return { reply: null, failure };
  }
}

const costOf = (
  { pricePerMillion: { prompt, completion } }: LanguageModel,
  { promptTokens, completionTokens }: Pick<ModelAnswer, "promptTokens" | "completionTokens">,
): number => ((promptTokens ?? 0) * prompt + (completionTokens ?? 0) * completion) / 1e6;
