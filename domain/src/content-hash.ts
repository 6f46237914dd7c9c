// Owns: SHA-256 of text, bytes and JSON values in pure JavaScript, so workflow code may import it. Must not know: what is hashed.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { canonicalJson } from "./canonical-json.ts";

/** Lower-case hex SHA-256 (64 characters) of UTF-8 text or bytes. */
export function sha256Hex(data: string | Uint8Array): string {
  return bytesToHex(sha256(typeof data === "string" ? utf8ToBytes(data) : data));
}

/** Lower-case hex SHA-256 of the canonical JSON of a value: key order never matters. */
export function contentHash(value: unknown): string {
  return sha256Hex(canonicalJson(value));
}
