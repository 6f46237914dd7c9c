import { readFileSync } from "node:fs";
import { readEnvironment } from "@gradus/api/environment";
import { expect, test } from "vitest";

const needed = { DATABASE_URL: "postgres://x", TEMPORAL_ADDRESS: "x:1", GRADUS_BLOBS: "/x" };

test("every setting of the API has its row in the page for operators", () => {
  const source = readFileSync(new URL("../../../apps/api/src/environment.ts", import.meta.url), "utf8");
  const page = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");
  const settings = [...source.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name = ""]) => name);
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  expect(settings.length).toBeGreaterThan(15);
  expect(settings.filter((name) => !rows.some((row) => row.split("|")[1]?.includes(`\`${name}\``)))).toEqual([]);
});

test("what is wrong is named, every variable of it, and nothing listens beyond this machine unless told to", () => {
  expect(readEnvironment(needed)).toMatchObject({ GRADUS_HOST: "127.0.0.1", GRADUS_WEBHOOKS: "", GRADUS_ALLOWED_HOSTS: "" });
  expect(() => readEnvironment({ ...needed, GRADUS_ADMIN_KEY: "short", GRADUS_REQUESTS_PER_MINUTE: "none" })).toThrow(
    /GRADUS_ADMIN_KEY: shorter than 24 characters: .*GRADUS_REQUESTS_PER_MINUTE: a whole number above 0/,
  );
  expect(() => readEnvironment({})).toThrow(/DATABASE_URL: .*TEMPORAL_ADDRESS: .*GRADUS_BLOBS: /);
});
