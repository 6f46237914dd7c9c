// Owns: one signed POST to a webhook, as https://www.standardwebhooks.com specifies it. Must not know: who is told what, tries.
import { createHmac, randomBytes } from "node:crypto";
import { lookup as resolveName } from "node:dns";
import type { LookupAddress } from "node:dns";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { LookupFunction } from "node:net";
import { isPublicAddress } from "./webhook-addresses.ts";

const ANSWER_MS = 10_000;

/** 192 random bits, as the specification writes them. */
export const newWebhookSecret = (): string => `whsec_${randomBytes(24).toString("base64")}`;

export function signWebhook(secret: string, id: string, timestamp: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}

export interface Webhook {
  readonly id: string;
  readonly url: URL;
  readonly secret: string;
  readonly body: string;
  /** Addresses that are not public are refused. */
  readonly checkAddress: boolean;
}

/** Sends once. Redirects are not followed, and what is answered is not read. @throws Error unless 2xx is answered within 10 s */
export async function sendWebhook({ id, url, secret, body, checkAddress }: Webhook): Promise<void> {
  const timestamp = Math.floor(Date.now() / 1_000);
  const send = url.protocol === "https:" ? requestHttps : requestHttp;
  await new Promise<void>((resolve, reject) => {
    const sent = send(
      url,
      {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          "user-agent": "gradus",
          "webhook-id": id,
          "webhook-timestamp": String(timestamp),
          "webhook-signature": signWebhook(secret, id, timestamp, body),
        },
        // A connection of its own, so that the address which was looked at is the one that is spoken to.
        agent: false,
        signal: AbortSignal.timeout(ANSWER_MS),
        ...(checkAddress ? { lookup: publicOnly } : {}),
      },
      (response) => {
        const status = response.statusCode ?? 0;
        response.destroy();
        if (status >= 200 && status < 300) resolve();
        else reject(new Error(`it answered ${status}${status >= 300 && status < 400 ? ": redirects are not followed" : ""}`));
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

/** The name is resolved once, here, and only to public addresses: what a name points at may change between two looks. */
const publicOnly: LookupFunction = (hostname, options, callback) =>
  resolveName(hostname, { ...options, all: true }, (error, addresses) => {
    const found: LookupAddress[] = error === null ? addresses : [];
    const hidden = found.find(({ address }) => !isPublicAddress(address));
    const [first] = found;
    if (error !== null) callback(error, "");
    else if (hidden !== undefined) callback(new Error(`${hostname} is at ${hidden.address}, which is not public`), "");
    else if (options.all === true) callback(null, found);
    else callback(null, first?.address ?? "", first?.family);
  });
