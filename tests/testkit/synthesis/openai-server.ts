// Owns: a server on a port that speaks OpenAI's chat completions as a client meets it: bearer key, JSON body, usage, errors with status and
// Retry-After, connections that hang or break. Must not know: what a test has it say.
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly temperature?: number;
  readonly max_tokens?: number;
  readonly seed?: number;
  readonly reasoning_effort?: string;
}

export type ChatReply =
  | { readonly text: string; readonly finish?: "stop" | "length"; readonly reasoning?: string }
  | { readonly status: number; readonly message?: string; readonly headers?: Readonly<Record<string, string>> }
  /** The body as it is: servers break the wire too. */
  | { readonly raw: string; readonly type?: string }
  /** headers: begins an answer and never ends it. nothing: takes the request and is silent. reset: closes the connection. */
  | { readonly hang: "headers" | "nothing" | "reset" };

export interface OpenaiServer extends AsyncDisposable {
  /** With `/v1`. */
  readonly url: string;
  /** Every request that was taken, in order. */
  readonly requests: readonly ChatRequest[];
  /** Most requests that were open at a time. */
  readonly mostAtOnce: () => number;
  close(): Promise<void>;
}

interface Options {
  /** Where given, others are refused with 401, and their key is repeated in the message as some servers do. */
  readonly key?: string;
  /** `nth`: how many times this very request was taken before, from 0. */
  readonly reply: (request: ChatRequest, nth: number) => ChatReply | Promise<ChatReply>;
}

export async function startOpenaiServer({ key, reply }: Options): Promise<OpenaiServer> {
  const requests: ChatRequest[] = [];
  const taken = new Map<string, number>();
  let open = 0;
  let most = 0;
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => void answer(Buffer.concat(chunks).toString("utf8")));
    open++;
    most = Math.max(most, open);
    response.on("close", () => open--);

    async function answer(body: string): Promise<void> {
      if (incoming.method !== "POST" || incoming.url !== "/v1/chat/completions")
        return sendError(response, 404, `no such path: ${incoming.url ?? ""}`);
      const given = incoming.headers.authorization?.replace(/^Bearer /, "");
      if (key !== undefined && given !== key) return sendError(response, 401, `Incorrect API key provided: ${given ?? ""}`);
      const request = JSON.parse(body) as ChatRequest;
      if (typeof request.model !== "string" || !Array.isArray(request.messages) || request.messages.length === 0)
        return sendError(response, 400, "model and messages are required");
      const nth = taken.get(body) ?? 0;
      taken.set(body, nth + 1);
      requests.push(request);
      const said = await reply(request, nth);
      if ("hang" in said) {
        if (said.hang === "reset") incoming.socket.destroy();
        if (said.hang === "headers") response.writeHead(200, { "content-type": "application/json" }).write('{"choices":');
        return;
      }
      if ("status" in said) return sendError(response, said.status, said.message ?? "no", said.headers);
      if ("raw" in said) return void response.writeHead(200, { "content-type": said.type ?? "application/json" }).end(said.raw);
      send(response, request, said);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    mostAtOnce: () => most,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function send(
  response: ServerResponse,
  { model, messages }: ChatRequest,
  { text, finish = "stop", reasoning }: Extract<ChatReply, { readonly text: string }>,
): void {
  const prompt = messages.reduce((sum, { content }) => sum + Math.ceil(content.length / 4), 0);
  const completion = Math.ceil(text.length / 4);
  const message = { role: "assistant", content: text, refusal: null, ...(reasoning === undefined ? {} : { reasoning_content: reasoning }) };
  response.writeHead(200, { "content-type": "application/json" }).end(
    JSON.stringify({
      id: "chatcmpl-1",
      object: "chat.completion",
      created: 1,
      model,
      choices: [{ index: 0, message, logprobs: null, finish_reason: finish }],
      usage: {
        prompt_tokens: prompt,
        completion_tokens: completion,
        total_tokens: prompt + completion,
        completion_tokens_details: { reasoning_tokens: Math.ceil((reasoning ?? "").length / 4) },
      },
    }),
  );
}

function sendError(response: ServerResponse, status: number, message: string, headers: Readonly<Record<string, string>> = {}): void {
  const error = { message, type: "invalid_request_error", param: null, code: null };
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify({ error }));
}
