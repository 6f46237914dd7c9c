// Owns: who may speak for a node: whoever has the shared key, or anybody on this machine where the API is on loopback without one.
// Must not know: what nodes ask for. The key is compared, never written anywhere.
import { createHash, timingSafeEqual } from "node:crypto";
import { BlockList } from "node:net";
import type { RequestHandler } from "express";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Whether a server that listens on `host` is reached from this machine only. A name is not looked up: only localhost is known. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || loopback.check(host, "ipv4") || (host.includes(":") && loopback.check(host, "ipv6"));

/** @throws Error that says what to do where a server beyond loopback has no key */
export function requireKeyBeyondLoopback(host: string, key: string | undefined): void {
  if (key !== undefined || isLoopback(host)) return;
  throw new Error(
    `GRADUS_NODE_KEY is not set, and GRADUS_HOST is ${host}: whoever reaches this API could write to its runs. ` +
      "Set a random one (openssl rand -hex 32) for the API and its nodes, or leave GRADUS_HOST at 127.0.0.1",
  );
}

/** Answers 401 to a request without `Authorization: Bearer <key>`, before its body is read. Without a key everybody passes. */
export function nodeKeyGuard(key: string | undefined): RequestHandler {
  const wanted = key === undefined ? null : digest(key);
  return (request, response, next) => {
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    if (wanted === null || timingSafeEqual(digest(given), wanted)) return next();
    response.status(401).setHeader("WWW-Authenticate", "Bearer").json({ error: "the node key is missing or another" });
  };
}

/** Digests have one length, whatever was sent: the time of comparing them tells nothing. */
const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
