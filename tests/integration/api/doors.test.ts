import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256Hex } from "@gradus/domain";
import { localBlobStore } from "@gradus/prisma/local-blob-store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { ask, get, startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let api: TestApi;
let blobFolder: string;
let webFolder: string;

beforeAll(async () => {
  world = await startDatabaseWorld();
  blobFolder = await mkdtemp(join(tmpdir(), "gradus-blobs-"));
  webFolder = await mkdtemp(join(tmpdir(), "gradus-web-"));
  await writeFile(join(webFolder, "index.html"), "<title>page</title><script>let own;</script>");
  await writeFile(join(webFolder, "app.js"), "1");
  api = await startTestApi(world.database, { blobs: localBlobStore(blobFolder), web: webFolder, allowedHosts: ["gradus.example"] });
});
afterAll(async () => {
  await api.close();
  await world.close();
  for (const folder of [blobFolder, webFolder]) await rm(folder, { recursive: true, force: true });
});

/** A line of an import. */
const problem = (index: number, over: object = {}) =>
  JSON.stringify({
    environment: "INDUCTION",
    message: `m${index}`,
    entryPoint: "f",
    reference: "def f(x): return x",
    tests: [{ kind: "call", args: "1", expected: "1" }],
    visibleTests: 1,
    ...over,
  });
const post = async (body: string, name = "mine") => {
  const response = await fetch(`${api.url}/import/problems?name=${name}`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body,
  });
  return { status: response.status, result: (await response.json()) as Record<string, unknown> };
};

/** fetch forbids a Host of one's own. */
const status = (headers: Record<string, string>, path = "/graphql", method = "POST"): Promise<number> =>
  new Promise((resolve, reject) => {
    const sent = request(`${api.url}${path}`, { method, headers: { "content-type": "application/json", ...headers } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on("error", reject);
    sent.end(method === "POST" ? JSON.stringify({ query: "{ server { version } }" }) : undefined);
  });

const upgraded = (headers: Record<string, string>): Promise<number> =>
  new Promise((resolve) => {
    const socket = new WebSocket(`${api.url.replace("http", "ws")}/graphql`, "graphql-transport-ws", { headers });
    socket.on("open", () => {
      socket.close();
      resolve(101);
    });
    socket.on("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
    socket.on("error", () => undefined);
  });

describe("who may ask", () => {
  test("own pages and programs may, over HTTP and over sockets", async () => {
    const own = new URL(api.url);
    for (const headers of [
      {},
      { origin: api.url },
      { origin: `http://localhost:${own.port}` },
      { host: `localhost:${own.port}`, origin: api.url },
      { host: "gradus.example", origin: "https://gradus.example" },
    ]) {
      expect([headers, await status(headers), await upgraded(headers)]).toEqual([headers, 200, 101]);
    }
  });

  test("foreign pages, rebound names and other ports may not, over HTTP and over sockets", async () => {
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: "http://127.0.0.1:1" },
      { host: "evil.example" },
      { host: "evil.example", origin: "http://evil.example" },
      { host: "127.0.0.1" },
      { "sec-fetch-site": "cross-site" },
    ]) {
      expect([headers, await status(headers), await upgraded(headers)]).toEqual([headers, 403, 403]);
    }
    expect(await status({ origin: "https://evil.example" }, "/blobs", "PUT")).toBe(403);
    expect(await status({ origin: "https://evil.example" }, "/import/problems?name=x")).toBe(403);
  });

  test("a form of a foreign page cannot ask by content type", async () => {
    const response = await fetch(`${api.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "text/plain" },
      body: JSON.stringify({ query: "{ server { version } }" }),
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect((await fetch(`${api.url}/graphql?query={server{version}}`)).status).toBe(400);
  });

  test("Node's own WebSocket may", async () => {
    const socket = new globalThis.WebSocket(`${api.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve);
      socket.addEventListener("error", reject);
    });
    socket.close();
  });
});

const headersOf = async (path: string, accept = "text/html"): Promise<Headers> =>
  (await fetch(`${api.url}${path}`, { headers: { accept } })).headers;

describe("what a browser is told", () => {
  test("nobody may frame the page, and it runs its own scripts and no others", async () => {
    const hash = createHash("sha256").update("let own;").digest("base64");
    for (const path of ["/", "/index.html", "/experiments/some"]) {
      const headers = await headersOf(path);
      const policy = headers.get("content-security-policy") ?? "";
      expect([path, policy.includes("frame-ancestors 'none'"), headers.get("x-frame-options")]).toEqual([path, true, "DENY"]);
      expect(policy).toContain(`script-src 'self' 'sha256-${hash}';`);
      expect(policy).not.toContain("'unsafe-eval'");
    }
  });

  test("nothing else is run, guessed at or read by other sites, refusals included", async () => {
    for (const [path, accept] of [
      ["/app.js", "*/*"],
      ["/healthz", "*/*"],
      ["/blobs/x", "*/*"],
      ["/graphql?query={server{version}}", "*/*"],
      ["/nowhere", "*/*"],
    ] as const) {
      const headers = await headersOf(path, accept);
      expect([path, headers.get("content-security-policy")]).toEqual([path, expect.stringMatching(/^default-src 'none'/)]);
      expect([path, headers.get("x-frame-options")]).toEqual([path, "DENY"]);
      expect([path, headers.get("x-content-type-options"), headers.get("cross-origin-resource-policy")]).toEqual([
        path,
        "nosniff",
        "same-origin",
      ]);
      // No other site reads an answer: it is in none of the names that a browser would let it.
      expect([path, headers.get("access-control-allow-origin")]).toEqual([path, null]);
    }
  });
});

describe("what cannot be kept or answered", () => {
  test("a text that the database cannot hold is named, in mutations and queries, and nothing of it stays", async () => {
    const CREATE = "mutation ($input: CreateRunInput!) { createRun(input: $input) { ok } }";
    for (const [input, path] of [
      [{ experiment: "nul", config: { deep: [{ a: "\0" }] } }, "input.config.deep[0].a"],
      [{ experiment: "nul", tags: { "a\0": "b" } }, "input.tags"],
      [{ experiment: "nul", config: { a: "\ud800" } }, "input.config.a"],
    ] as const) {
      const { errors } = await ask(api.url, CREATE, { input });
      expect(errors?.[0]).toMatchObject({
        message: `${path}: a text without NUL and half surrogate pairs`,
        extensions: { code: "BAD_USER_INPUT" },
      });
    }
    for (const query of ['{ run(id: "\\u0000") { id } }', 'mutation { archiveRun(id: "\\u0000") { ok } }'])
      expect((await ask(api.url, query)).errors?.[0]).toMatchObject({ message: "id: a text without NUL and half surrogate pairs" });
    expect((await get(api.url, "{ experiments { nodes { name } } }")).experiments.nodes).toEqual([]);
  });

  test("an experiment file whose alias lies in itself is refused, and no answer tells of the inside", async () => {
    const { createExperiment } = await get(
      api.url,
      "mutation ($input: CreateExperimentInput!) { createExperiment(input: $input) { ok error { message } } }",
      {
        input: { source: "name: &a [*a]" },
      },
    );
    expect(createExperiment).toEqual({
      ok: false,
      error: { message: "the file cannot be read: an alias stands for something that it is a part of" },
    });
  });
});

describe("how much may be asked", () => {
  test("operations that are too deep or too large are refused before they run, through fragments and cycles too", async () => {
    const nested = `{ experiments { nodes ${"{ arms { experiment ".repeat(8)}{ id }${" } }".repeat(8)} } }`;
    const many = `{ ${Array.from({ length: 1_100 }, (_, index) => `a${index}: server { version }`).join(" ")} }`;
    const hidden =
      "query { experiments { nodes { ...a } } } fragment a on Experiment { arms { experiment { ...b } } } fragment b on Experiment { arms { experiment { arms { experiment { arms { experiment { arms { experiment { arms { id } } } } } } } } } }";
    for (const query of [nested, many, hidden]) expect((await ask(api.url, query)).errors?.[0]?.message).toMatch(/too large/);
    const cycle = await ask(api.url, "{ experiments { nodes { ...a } } } fragment a on Experiment { arms { experiment { ...a } } }");
    expect(cycle.errors?.length).toBeGreaterThan(0);
  });

  test("a body of more than a megabyte is refused", async () => {
    const response = await fetch(`${api.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: " ".repeat(1_100_000) }),
    });
    expect(response.status).toBe(413);
  });

  test("introspection of the whole schema is not too deep", async () => {
    const { getIntrospectionQuery } = await import("graphql");
    expect((await ask(api.url, getIntrospectionQuery())).errors).toBeUndefined();
  });
});

test("an error inside is logged with the request's id, and the client learns nothing but the id", async () => {
  const db = {
    ...world.database,
    prisma: { ...world.database.prisma, project: { findMany: () => Promise.reject(new Error("password of the database")) } },
  } as never;
  const broken = await startTestApi(db);
  const { errors } = await ask(broken.url, "{ projects { id } }");
  expect(JSON.stringify(errors)).not.toMatch(/password|stack|\.ts/);
  const requestId = errors?.[0]?.extensions?.["requestId"];
  expect(broken.logged.some((line) => line.includes("password of the database") && line.includes(String(requestId)))).toBe(true);
  await broken.close();
});

describe("blobs", () => {
  test("are stored by their hash once, and read back", async () => {
    const bytes = Buffer.from("weights");
    const put = async () => (await fetch(`${api.url}/blobs/${sha256Hex(bytes)}`, { method: "PUT", body: bytes })).json();
    expect(await put()).toEqual({ hash: sha256Hex(bytes) });
    expect(await put()).toEqual({ hash: sha256Hex(bytes) });
    const response = await fetch(`${api.url}/blobs/${sha256Hex(bytes)}`);
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    const [folder = ""] = await readdir(blobFolder);
    expect(await readdir(join(blobFolder, folder))).toEqual([sha256Hex(bytes)]);
  });

  test("that are missing or no hash are said to be so, and no path leads out", async () => {
    expect((await fetch(`${api.url}/blobs/${"0".repeat(64)}`)).status).toBe(404);
    expect((await fetch(`${api.url}/blobs/${encodeURIComponent("../../etc/passwd")}`)).status).toBe(400);
    expect((await fetch(`${api.url}/blobs/${"0".repeat(64)}`, { method: "HEAD" })).status).toBe(404);
    expect((await fetch(`${api.url}/blobs/${"0".repeat(64)}`, { method: "PUT", body: "" })).status).toBe(400);
  });

  test("that were damaged are never handed out: the error names the file, and storing them again mends them", async () => {
    const store = localBlobStore(blobFolder);
    const bytes = Buffer.from("to be damaged");
    const hash = await store.put(bytes);
    const path = join(blobFolder, hash.slice(0, 2), hash);
    await writeFile(path, "other bytes");
    await expect(store.get(hash)).rejects.toThrow(path);
    expect((await fetch(`${api.url}/blobs/${hash}`)).status).toBe(500);
    await store.put(bytes);
    expect(await readFile(path)).toEqual(bytes);
  });
});

describe("importing problems", () => {
  test("freezes the good lines into a set and names the bad ones by number and reason", async () => {
    const body = [
      problem(1),
      "{",
      problem(2, { passRate: { passes: 16, attempts: 32 }, split: "HELD_OUT" }),
      "",
      problem(1),
      problem(3, { tests: [] }),
      problem(4, { extra: 1 }),
      problem(5, { contentHash: "x" }),
    ].join("\n");
    const { status: code, result } = await post(body);
    expect(code).toBe(200);
    expect(result).toMatchObject({
      imported: 2,
      problemSetId: expect.stringMatching(/^mine-/),
      contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(result["rejected"]).toEqual([
      { line: 2, reason: "not JSON" },
      { line: 5, reason: "the same problem as line 1" },
      { line: 6, reason: expect.stringContaining("tests") },
      { line: 7, reason: expect.stringContaining("extra") },
      { line: 8, reason: expect.stringContaining("contentHash") },
    ]);
    const { problemSet } = await get(
      api.url,
      "query ($id: ID!) { problemSet(id: $id) { name members { nodes { split bucket passes attempts problem { message } } } } }",
      { id: result["problemSetId"] },
    );
    expect(problemSet).toEqual({
      name: "mine",
      members: {
        nodes: [
          { split: "TRAIN", bucket: null, passes: null, attempts: null, problem: { message: "m1" } },
          { split: "HELD_OUT", bucket: "MEDIUM", passes: 16, attempts: 32, problem: { message: "m2" } },
        ],
      },
    });
  });

  test("of the same lines twice is the same set", async () => {
    const body = [problem(10), problem(11)].join("\n");
    expect((await post(body)).result).toEqual((await post(body)).result);
  });

  test("is refused without a usable name, project or problem", async () => {
    expect((await post(problem(1), "../x")).status).toBe(400);
    expect((await post("\n")).status).toBe(400);
    expect((await post(problem(1), "mine&project=none")).status).toBe(404);
  });
});

describe("the page", () => {
  test("is served with its files, and its index stands for every route but those of the API", async () => {
    const html = { headers: { accept: "text/html" } };
    expect(await (await fetch(`${api.url}/`, html)).text()).toContain("page");
    expect(await (await fetch(`${api.url}/experiments/x`, html)).text()).toContain("page");
    expect(await (await fetch(`${api.url}/app.js`)).text()).toBe("1");
    expect((await fetch(`${api.url}/missing.js`)).status).toBe(404);
  });
});

test("health says whether the process answers, and whether it can do its work", async () => {
  expect(await (await fetch(`${api.url}/healthz`)).json()).toEqual({ ok: true });
  expect(await (await fetch(`${api.url}/readyz`)).json()).toEqual({ ok: true, database: true, workflows: true });
});
