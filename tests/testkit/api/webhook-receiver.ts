// Owns: a real HTTP server that takes webhooks, checks their signatures and may refuse them. Must not know: what a test is about.
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedWebhook {
  readonly id: string;
  readonly body: {
    readonly type: string;
    readonly data: { readonly rule: { readonly id: string }; readonly alert: Record<string, unknown> };
  };
  /** Whether the signature is that of the secret, computed here from the specification. */
  readonly isSignedWith: (secret: string) => boolean;
}

export interface WebhookReceiver extends AsyncDisposable {
  readonly origin: string;
  readonly received: ReceivedWebhook[];
  /** Answers of the next requests; 204 when it is empty. */
  readonly answers: { readonly status: number; readonly location?: string }[];
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const [received, answers]: [ReceivedWebhook[], { status: number; location?: string }[]] = [[], []];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const [id, timestamp, signature] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) =>
      String(request.headers[name]),
    );
    const isSignedWith = (secret: string): boolean =>
      signature ===
      `v1,${createHmac("sha256", Buffer.from(secret.slice("whsec_".length), "base64"))
        .update(`${id}.${timestamp}.${text}`)
        .digest("base64")}`;
    received.push({ id: id ?? "", body: JSON.parse(text) as ReceivedWebhook["body"], isSignedWith });
    const { status, location } = answers.shift() ?? { status: 204 };
    response.writeHead(status, location === undefined ? {} : { location }).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answers,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
