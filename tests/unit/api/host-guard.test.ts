import { hostGuard } from "@gradus/api/host-guard";
import { expect, test } from "vitest";

const refuse = hostGuard(["Gradus.Example", "proxy.example:8443"]);
const at = (headers: Record<string, string>, localPort = 4000) => refuse({ headers, socket: { localPort } as never }) === null;

test("loopback names are ours under our own port only, in any case", () => {
  for (const host of ["127.0.0.1:4000", "localhost:4000", "LOCALHOST:4000", "[::1]:4000"])
    expect([host, at({ host })]).toEqual([host, true]);
  for (const host of [
    "localhost",
    "localhost:4001",
    "127.0.0.2:4000",
    "localhost.evil.example:4000",
    "evil.example:4000",
    "",
    "[::2]:4000",
  ])
    expect([host, at({ host })]).toEqual([host, false]);
  expect(at({ host: "localhost" }, 80)).toBe(true);
  expect(at({})).toBe(false);
});

test("further hosts are ours as they are written", () => {
  expect(at({ host: "gradus.example", origin: "https://gradus.example" })).toBe(true);
  expect(at({ host: "proxy.example:8443" })).toBe(true);
  expect(at({ host: "proxy.example" })).toBe(false);
});

test("an Origin must be ours too, and a page without one must not be another site's", () => {
  const host = "localhost:4000";
  expect(at({ host, origin: "http://127.0.0.1:4000" })).toBe(true);
  for (const origin of [
    "null",
    "http://localhost:3000",
    "https://evil.example",
    "http://localhost:4000.evil.example",
    "file://",
    "http://localhost:4000/path",
  ])
    expect([origin, at({ host, origin })]).toEqual([origin, false]);
  expect(at({ host, "sec-fetch-site": "cross-site" })).toBe(false);
  expect(at({ host, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" })).toBe(true);
  expect(at({ host, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" })).toBe(true);
  for (const framed of ["iframe", "frame", "embed", "object"])
    expect([framed, at({ host, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": framed })]).toEqual([
      framed,
      false,
    ]);
  expect(at({ host, "sec-fetch-site": "same-origin" })).toBe(true);
});
