// How often and how much may be asked, and of what; over HTTP and sockets.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { listOperations, operationHash, readListedOperations } from "@gradus/api/access/listed-operations";
import { getIntrospectionQuery } from "graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStream } from "../../testkit/api/sse.ts";
import { ask, connect, get, startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { gradus } from "../../testkit/cli/gradus.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
beforeAll(async () => {
  world = await startDatabaseWorld();
});
afterAll(() => world.close());

const SERVER = "{ server { version } }";
const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}/graphql`, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });
/** The code of the first error of an operation over a socket; null where there is none. */
async function overSocket(api: TestApi, query: string, key?: string): Promise<unknown> {
  const client = connect(api.url, key === undefined ? {} : { key });
  try {
    for await (const { errors } of client.iterate({ query })) return errors?.[0]?.extensions?.["code"] ?? null;
    return null;
  } catch (error) {
    // Tolerates the protocol's error message: its code is the answer.
    return (error as { extensions?: { code?: string } }[])[0]?.extensions?.code ?? error;
  } finally {
    await client.dispose();
  }
}

const shown = ({ status, headers }: Response) => [
  status,
  ...["limit", "remaining", "policy"].map((name) => headers.get(`ratelimit-${name}`)),
];

describe("a rate limit", () => {
  test("is told in headers, ends in 429 with Retry-After, is each key's own, and counts every door and sockets too", async () => {
    const adminKey = "the-admin-key-of-this-test-alone";
    const api = await startTestApi(world.database, { requestsPerMinute: 4, requireKeys: true, adminKey });
    const admin = { authorization: `Bearer ${adminKey}` };
    const CREATE = 'mutation { createApiKey(input: { name: "k", project: "default" }) { text } }';
    const made = (await (await post(api.url, { query: CREATE }, admin)).json()) as { data: { createApiKey: { text: string } } };
    const key = made.data.createApiKey.text;
    const asKey = { authorization: `Bearer ${key}` };
    expect(shown(await post(api.url, { query: SERVER }, asKey))).toEqual([200, "4", "3", "4;w=60"]);
    expect(shown(await fetch(`${api.url}/metrics`, { headers: asKey }))).toEqual([200, "4", "2", "4;w=60"]);
    expect(await overSocket(api, SERVER, key)).toBeNull();
    expect((await post(api.url, { query: SERVER }, asKey)).status).toBe(200);
    const refused = await post(api.url, { query: SERVER }, asKey);
    expect(shown(refused)).toEqual([429, "4", "0", "4;w=60"]);
    expect([Number(refused.headers.get("retry-after")) > 0, Number(refused.headers.get("retry-after")) <= 60]).toEqual([true, true]);
    expect(await refused.json()).toMatchObject({
      errors: [{ extensions: { code: "REQUEST_LIMIT_EXCEEDED" } }],
      error_code: "REQUEST_LIMIT_EXCEEDED",
    });
    expect(await overSocket(api, SERVER, key)).toBe("REQUEST_LIMIT_EXCEEDED");
    expect((await post(api.url, { query: SERVER }, admin)).status).toBe(200);
    expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
    await api.close();
  });

  test("is one over all API processes: what a key asked of one is gone at the other", async () => {
    const options = { requestsPerMinute: 3, requireKeys: true, adminKey: "another-admin-key-of-this-test" };
    const [one, two] = [await startTestApi(world.database, options), await startTestApi(world.database, options)];
    const admin = { authorization: "Bearer another-admin-key-of-this-test" };
    await world.database.sql`delete from "RateLimit"`;
    const CREATE = 'mutation { createApiKey(input: { name: "shared", project: "default" }) { text } }';
    const made = (await (await post(one.url, { query: CREATE }, admin)).json()) as { data: { createApiKey: { text: string } } };
    const asKey = { authorization: `Bearer ${made.data.createApiKey.text}` };
    const asked = async (api: TestApi) => shown(await post(api.url, { query: SERVER }, asKey)).slice(0, 3);
    expect([await asked(one), await asked(two), await asked(one)]).toEqual([
      [200, "3", "2"],
      [200, "3", "1"],
      [200, "3", "0"],
    ]);
    expect([await asked(one), await asked(two)]).toEqual([
      [429, "3", "0"],
      [429, "3", "0"],
    ]);
    // A minute later, as the store has it.
    await world.database.sql`update "RateLimit" set expire = 0`;
    const later = await startTestApi(world.database, options);
    expect(await asked(later)).toEqual([200, "3", "2"]);
    await Promise.all([one.close(), two.close(), later.close()]);
  });

  test("is none unless it is set", async () => {
    const api = await startTestApi(world.database);
    const response = await post(api.url, { query: SERVER });
    expect([response.status, response.headers.get("ratelimit-limit")]).toEqual([200, null]);
    await api.close();
  });
});

test("sockets and event streams beyond what a process serves are asked to come back later", async () => {
  const api = await startTestApi(world.database, { maxSockets: 1 });
  const [first, second] = [connect(api.url), connect(api.url)];
  const nodes = "subscription { nodeHealth { cursor } }";
  const opened = first.iterate({ query: nodes });
  const waiting = opened.next();
  const stream = await openStream(api.url, nodes);
  expect(stream.status).toBe(200);
  await expect.poll(async () => (await openStream(api.url, nodes)).status).toBe(503);
  expect((await openStream(api.url, nodes)).headers.get("retry-after")).toBe("5");
  await expect.poll(async () => (await (await fetch(`${api.url}/metrics`)).text()).includes("gradus_graphql_sockets 1")).toBe(true);
  await expect(
    (async () => {
      for await (const _ of second.iterate({ query: SERVER }));
    })(),
  ).rejects.toBeDefined();
  await stream.body?.cancel();
  await opened.return?.();
  await Promise.all([first.dispose(), second.dispose()]);
  void waiting.catch(() => undefined);
  await api.close();
});

describe("what may be asked", () => {
  test("is no page beyond its bounds, no pages in pages beyond a million rows, no list of operations in one request, no GET of another page", async () => {
    const api = await startTestApi(world.database);
    expect((await ask(api.url, "{ experiments(first: 201) { nodes { id } } }")).errors?.[0]?.message).toMatch(/1 to 200 rows/);
    const nested =
      "query ($first: Int = 1000) { runs(first: 200) { nodes { steps(first: $first) { nodes { step } } stageExecutions(first: 1000) { nodes { id } } metricNames(first: $first) { nodes { name } } metricSeries(names: [], maxPoints: 10000) { name } } } }";
    expect((await ask(api.url, nested)).errors?.[0]?.message).toMatch(/2600000 rows, more than 1000000/);
    expect((await ask(api.url, nested, { first: 1 })).errors?.[0]?.message).toMatch(/more than 1000000/);
    expect((await ask(api.url, nested.replace("10000)", "100)"), { first: 10 })).errors).toBeUndefined();
    expect(await overSocket(api, nested)).toBe("BAD_USER_INPUT");
    expect((await post(api.url, [{ query: SERVER }, { query: SERVER }])).status).toBe(400);
    expect((await fetch(`${api.url}/graphql?query=${encodeURIComponent(SERVER)}`)).status).toBe(400);
    await api.close();
  });

  test("is the schema, unless that is switched off, over HTTP and sockets", async () => {
    const [open, shut] = [await startTestApi(world.database), await startTestApi(world.database, { introspection: false })];
    const query = getIntrospectionQuery();
    expect([(await ask(open.url, query)).errors, await overSocket(open, query)]).toEqual([undefined, null]);
    expect((await ask(shut.url, query)).errors?.length).toBeGreaterThan(0);
    expect((await ask(shut.url, query)).data).toBeUndefined();
    expect(await overSocket(shut, query)).not.toBeNull();
    expect((await get(shut.url, SERVER)).server.version).toMatch(/^\d/);
    await Promise.all([open.close(), shut.close()]);
  });

  test("are operations of a list alone where there is one: by text or by id, and nobody adds to it", async () => {
    const body = "query Version { server { version } }";
    const operations = [{ id: "version-1", body }];
    const listed = listOperations({ format: "apollo-persisted-query-manifest", version: 1, operations });
    const api = await startTestApi(world.database, { listed });
    const byId = (id: string, extra: object = {}) =>
      post(api.url, { ...extra, extensions: { persistedQuery: { version: 1, sha256Hash: id } } }).then(
        (response) => response.json() as Promise<Record<string, unknown>>,
      );
    expect((await ask(api.url, `# the same\nquery  Version { server {version,} }`)).errors).toBeUndefined();
    expect(await byId("version-1")).toMatchObject({ data: { server: {} } });
    expect((await ask(api.url, SERVER)).errors?.[0]?.extensions?.["code"]).toBe("OPERATION_NOT_LISTED");
    const other = "{ projects { id } }";
    expect(await byId(operationHash(other), { query: other })).toMatchObject({ errors: [{}] });
    expect(await byId(operationHash(other))).toMatchObject({ errors: [{ extensions: { code: "PERSISTED_QUERY_NOT_FOUND" } }] });
    expect([await overSocket(api, body), await overSocket(api, SERVER)]).toEqual([null, "OPERATION_NOT_LISTED"]);
    await api.close();
  });

  test("with the list that our own programs need, `gradus` works and anything else does not", async () => {
    const path = join(world.home, "operations.json");
    await promisify(execFile)(process.execPath, ["tools/list-operations.ts", path]);
    const manifest = JSON.parse(await readFile(path, "utf8")) as { operations: { name: string }[] };
    expect(manifest.operations.map(({ name }) => name)).toEqual(expect.arrayContaining(["RunEvents", "Alerts", "ApiKeys"]));
    const api = await startTestApi(world.database, { listed: readListedOperations(path) });
    expect(await gradus(["alerts", "--json", "--api", api.url])).toMatchObject({ code: 0, stdout: "[]" });
    expect((await ask(api.url, SERVER)).errors?.[0]?.extensions?.["code"]).toBe("OPERATION_NOT_LISTED");
    await api.close();
  });
});
