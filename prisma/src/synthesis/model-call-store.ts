// Owns: what models were asked and what they answered: every call, and replies by the hash of their request. Must not know: endpoints, prompts.
import type { Sql } from "../database.ts";
import { storableText } from "../training/storable-text.ts";

export interface ModelReply {
  readonly text: string;
  readonly reasoning: string;
  readonly finishReason: string;
  /** As the server told them; null where it did not. */
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly reasoningTokens: number | null;
}

export interface NewCall {
  readonly id: string;
  readonly synthesisId: string;
  readonly role: "TEACHER" | "STUDENT";
  readonly subject: string;
  readonly promptHash: string;
  readonly requestHash: string | null;
  readonly cached: boolean;
  readonly tries: number;
  readonly seconds: number;
  readonly cost: number;
  readonly failure: string | null;
}

export async function findReply(sql: Sql, requestHash: string): Promise<ModelReply | null> {
  const [row] = await sql<ModelReply[]>`select text, reasoning, "finishReason", "promptTokens", "completionTokens", "reasoningTokens"
    from "ModelReply" where "requestHash" = ${requestHash}`;
  return row ?? null;
}

/**
 * Makes a call durable, with its reply where it was paid for. Of two calls of one id, and of two replies to one request, the first stays.
 */
export async function saveCall(
  sql: Sql,
  call: NewCall,
  paid: { readonly model: string; readonly request: unknown; readonly reply: ModelReply } | null,
): Promise<void> {
  await sql.begin(async (tx) => {
    if (paid !== null && call.requestHash !== null) {
      const { model, request, reply } = paid;
      await tx`insert into "ModelReply" ("requestHash", model, request, text, reasoning, "finishReason", "promptTokens", "completionTokens", "reasoningTokens")
        values (${call.requestHash}, ${model}, ${tx.json(request)}, ${storableText(reply.text)}, ${storableText(reply.reasoning)}, ${reply.finishReason},
          ${reply.promptTokens}, ${reply.completionTokens}, ${reply.reasoningTokens}) on conflict do nothing`;
    }
    await tx`insert into "ModelCall" (id, "synthesisId", role, subject, "promptHash", "requestHash", cached, tries, seconds, cost, failure)
      values (${call.id}, ${call.synthesisId}, ${call.role}::"CallRole", ${call.subject}, ${call.promptHash}, ${call.requestHash}, ${call.cached}, ${call.tries},
        ${call.seconds}, ${call.cost}, ${call.failure === null ? null : storableText(call.failure).slice(0, 2_000)}) on conflict do nothing`;
  });
}
