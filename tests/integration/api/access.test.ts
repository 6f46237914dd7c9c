// Who may ask, over every door, on real sockets.
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { externalExperimentId } from "@gradus/prisma/metrics/external-run-store";
import { ask, get, startTestApi } from "../../testkit/api/test-api.ts";
import type { Answer, TestApi } from "../../testkit/api/test-api.ts";
import { gradus } from "../../testkit/cli/gradus.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

const adminKey = "the-admin-key-of-this-test-alone";
const CREATE = "mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { ok error { message } text key { id lastUsedAt } } }";
const NEW_RUN = "mutation ($input: CreateRunInput!) { createRun(input: $input) { ok error { message } segment run { id } } }";

let world: DatabaseWorld;
let api: TestApi;
/** Of every scope, of the project `default`; `other`: WRITE of another project. */
const keys: Record<"read" | "write" | "admin" | "other", string> = { read: "", write: "", admin: "", other: "" };
let runId: string;
let otherRunId: string;

const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });
const basic = (name: string, key: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${name}:${key}`).toString("base64")}`,
});

async function graphql(headers: Record<string, string>, query: string, variables: object = {}): Promise<Answer & { status: number }> {
  const response = await fetch(`${api.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...((await response.json()) as Answer) };
}
const codeOf = ({ errors }: Answer): unknown => errors?.[0]?.extensions?.["code"];

async function makeKey(input: object, headers = bearer(adminKey)): Promise<{ text: string; id: string }> {
  const { data, errors } = await graphql(headers, CREATE, { input });
  if (errors !== undefined || !data?.["createApiKey"].ok) throw new Error(JSON.stringify({ data, errors }));
  return { text: data["createApiKey"].text, id: data["createApiKey"].key.id };
}

const createRun = async (key: string, project: string) =>
  (await graphql(bearer(key), NEW_RUN, { input: { experiment: "e", key: "k", project } })).data?.["createRun"].run.id as string;

beforeAll(async () => {
  world = await startDatabaseWorld();
  await world.database.prisma.project.create({ data: { id: "other", name: "Other" } });
  api = await startTestApi(world.database, { adminKey, requireKeys: true, recheckKeysMs: 50 });
  keys.read = (await makeKey({ name: "reader", project: "default", scope: "READ" })).text;
  keys.write = (await makeKey({ name: "writer", project: "default", scope: "WRITE" })).text;
  keys.admin = (await makeKey({ name: "chief", project: "default", scope: "ADMIN" })).text;
  keys.other = (await makeKey({ name: "stranger", project: "other", scope: "WRITE" })).text;
  runId = await createRun(keys.write, "default");
  otherRunId = await createRun(keys.other, "other");
});
afterAll(async () => {
  await api.close();
  await world.close();
});

/** Every door: what it needs, and how it is knocked at. */
const doors: Record<string, { readonly scope: "READ" | "WRITE"; readonly knock: (headers: Record<string, string>) => Promise<number> }> = {
  graphql: { scope: "READ", knock: async (headers) => (await graphql(headers, "{ server { version } }")).status },
  blob: { scope: "READ", knock: async (headers) => (await fetch(`${api.url}/blobs/${"0".repeat(64)}`, { headers })).status },
  "blob put": {
    scope: "WRITE",
    knock: async (headers) => (await fetch(`${api.url}/blobs/${"0".repeat(64)}`, { method: "PUT", headers, body: "x" })).status,
  },
  export: { scope: "READ", knock: async (headers) => (await fetch(`${api.url}/export/points?run=${runId}`, { headers })).status },
  "export problems": {
    scope: "READ",
    knock: async (headers) => (await fetch(`${api.url}/export/problems`, { headers })).status,
  },
  "import problems": {
    scope: "WRITE",
    knock: async (headers) => (await fetch(`${api.url}/import/problems?name=x`, { method: "POST", headers, body: "\n" })).status,
  },
  "import points": {
    scope: "WRITE",
    knock: async (headers) => (await fetch(`${api.url}/import/points`, { method: "POST", headers, body: "{}" })).status,
  },
  "mlflow read": {
    scope: "READ",
    knock: async (headers) => (await fetch(`${api.url}/api/2.0/mlflow/runs/get?run_id=none`, { headers })).status,
  },
  "mlflow write": {
    scope: "WRITE",
    knock: async (headers) =>
      (
        await fetch(`${api.url}/api/2.0/mlflow/runs/set-tag`, {
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          body: JSON.stringify({ run_id: "none", key: "a", value: "b" }),
        })
      ).status,
  },
  metrics: { scope: "READ", knock: async (headers) => (await fetch(`${api.url}/metrics`, { headers })).status },
};

describe("every door", () => {
  test("is shut to who has no key or a wrong one, before anything is read", async () => {
    for (const headers of [{}, bearer("gradus_wrong"), basic("any", "wrong"), { authorization: "Digest x" }])
      for (const [door, { knock }] of Object.entries(doors)) expect([door, await knock(headers)]).toEqual([door, 401]);
  });

  test("takes a key as bearer and as a Basic password, and asks for the scope it needs", async () => {
    for (const [door, { scope, knock }] of Object.entries(doors)) {
      const passed = async (headers: Record<string, string>) => [door, ![401, 403].includes(await knock(headers))];
      expect(await passed(bearer(keys.read))).toEqual([door, scope === "READ"]);
      expect(await passed(basic("anyone", keys.write))).toEqual([door, true]);
    }
  });

  test("of health is open, and the page asks a browser for a key", async () => {
    expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
    const page = await fetch(`${api.url}/`, { headers: { accept: "text/html" } });
    expect([page.status, page.headers.get("www-authenticate")]).toEqual([401, expect.stringMatching(/^Basic /)]);
  });
});

describe("a key", () => {
  test("of READ changes nothing, and of less than ADMIN sees no keys and no log", async () => {
    expect(codeOf(await graphql(bearer(keys.read), NEW_RUN, { input: { experiment: "e" } }))).toBe("FORBIDDEN");
    for (const query of ["{ apiKeys { id } }", "{ auditLog { id } }"]) {
      expect(codeOf(await graphql(bearer(keys.write), query))).toBe("FORBIDDEN");
      expect(codeOf(await graphql(bearer(keys.admin), query))).toBeUndefined();
    }
  });

  test("of a project reaches nothing of another: by id, by list, over HTTP or a socket, and cannot tell what is there", async () => {
    const [mine, stranger] = [bearer(keys.write), bearer(keys.other)];
    const run = "query ($id: ID!) { run(id: $id) { id } }";
    expect((await graphql(mine, run, { id: runId })).data).toEqual({ run: { id: runId } });
    const refused = [await graphql(mine, run, { id: otherRunId }), await graphql(mine, run, { id: "nowhere" })];
    expect(refused.map(({ errors }) => errors?.[0]?.message)).toEqual(Array(2).fill(expect.stringContaining("not there")));
    const experiments = await graphql(stranger, "{ experiments { nodes { id } } projects { id } problemSets { nodes { id } } }");
    expect(experiments.data).toEqual({
      experiments: { nodes: [{ id: externalExperimentId("other", "e") }] },
      projects: [{ id: "other" }],
      problemSets: { nodes: [] },
    });
    expect(codeOf(await graphql(stranger, '{ experiments(filter: { project: "default" }) { nodes { id } } }'))).toBe("FORBIDDEN");
    expect(codeOf(await graphql(stranger, "{ runs { nodes { id } } }"))).toBe("BAD_USER_INPUT");
    expect(codeOf(await graphql(stranger, "query ($id: ID!) { metricSeries(runIds: [$id], names: []) { name } }", { id: runId }))).toBe(
      "FORBIDDEN",
    );
    expect(codeOf(await graphql(stranger, NEW_RUN, { input: { experiment: "e" } }))).toBe("FORBIDDEN");
    const exported = async (query: Record<string, string>): Promise<readonly [number, boolean]> => {
      const answer = await fetch(`${api.url}/export/points?${new URLSearchParams({ format: "jsonl", ...query })}`, { headers: stranger });
      return [answer.status, (await answer.text()).includes(runId)];
    };
    // A filter alone is about the runs of the key's project; of another's run it does not say whether it finds it.
    expect(await exported({ where: "seed >= 0" })).toEqual([200, false]);
    for (const query of [{ where: "seed >= 0" }, { where: "seed < 0" }, {}])
      expect(await exported({ run: runId, ...query })).toEqual([403, false]);
    expect(await exported({ run: "nowhere" })).toEqual([403, false]);
    expect(codeOf(await graphql(stranger, NEW_RUN, { input: { experiment: "e", project: "other", parentRunId: runId } }))).toBe(
      "FORBIDDEN",
    );
    expect(await doors["export"]?.knock(stranger)).toBe(403);
    expect(await doors["import problems"]?.knock(stranger)).toBe(403);
    expect(await doors["mlflow read"]?.knock(stranger)).toBe(403);
    const lines = [
      { gradus: "points", version: 1 },
      { run: { id: "smuggled", project: "default", experiment: "e", arm: "a", seed: 0, name: null, config: {}, segments: 1 } },
    ];
    const body = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    expect((await fetch(`${api.url}/import/points`, { method: "POST", headers: stranger, body })).status).toBe(400);
    const client = socketClient(keys.other);
    const query = "subscription ($id: ID!) { runEvents(runId: $id) { cursor } }";
    const follow = async () => {
      for await (const { errors } of client.iterate({ query, variables: { id: runId } })) return errors?.[0]?.extensions?.["code"];
      return "ended";
    };
    const caught = await follow().catch((error: unknown) => (error as { extensions?: { code?: string } }[])[0]?.extensions?.code);
    expect(caught).toBe("FORBIDDEN");
    await client.dispose();
  });

  test("of a project's ADMIN makes and ends keys of that project alone", async () => {
    const { id } = await makeKey({ name: "made by chief" }, bearer(keys.admin));
    expect((await world.database.prisma.apiKey.findUniqueOrThrow({ where: { id } })).projectId).toBe("default");
    expect(codeOf(await graphql(bearer(keys.admin), CREATE, { input: { name: "x", project: "other" } }))).toBe("FORBIDDEN");
    const foreign = await world.database.prisma.apiKey.findFirstOrThrow({ where: { projectId: "other" } });
    const revoke = "mutation ($id: ID!) { revokeApiKey(id: $id) { ok key { revokedAt } } }";
    expect((await graphql(bearer(keys.admin), revoke, { id: foreign.id })).data?.["revokeApiKey"].ok).toBe(false);
    expect((await graphql(bearer(keys.admin), revoke, { id })).data?.["revokeApiKey"]).toEqual({
      ok: true,
      key: { revokedAt: expect.any(String) },
    });
  });

  test("is kept as a hash, says when it was used, and opens nothing once it is revoked or over", async () => {
    const { text, id } = await makeKey({ name: "short" });
    const row = () => world.database.prisma.apiKey.findUniqueOrThrow({ where: { id } });
    expect(JSON.stringify(await row())).not.toContain(text);
    expect((await row()).lastUsedAt).toBeNull();
    const knock = () => doors["graphql"]?.knock(bearer(text));
    expect(await knock()).toBe(200);
    expect(Math.abs(Date.now() - ((await row()).lastUsedAt?.getTime() ?? 0))).toBeLessThan(60_000);
    await world.database.prisma.apiKey.update({ where: { id }, data: { expiresAt: new Date(Date.now() - 1_000) } });
    expect(await knock()).toBe(401);
    await world.database.prisma.apiKey.update({ where: { id }, data: { expiresAt: null } });
    expect(await knock()).toBe(200);
    await get(api.url, "{ server { version } }").catch(() => undefined);
    await graphql(bearer(adminKey), "mutation ($id: ID!) { revokeApiKey(id: $id) { ok } }", { id });
    expect(await knock()).toBe(401);
    expect(api.logged.join("\n")).not.toContain(text);
  });
});

const socketClient = (key: string | null) =>
  createClient({
    url: `${api.url.replace("http", "ws")}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...(key === null ? {} : { connectionParams: { authorization: `Bearer ${key}` } }),
  });

/** Says hello; gives what came first. */
const greet = async (payload: object | undefined, headers: Record<string, string> = {}) => {
  const socket = new WebSocket(`${api.url.replace("http", "ws")}/graphql`, "graphql-transport-ws", { headers });
  await once(socket, "open");
  const first = Promise.race([
    once(socket, "close").then(([code]) => code as number),
    once(socket, "message").then(([data]) => (JSON.parse(String(data)) as { type: string }).type),
  ]);
  socket.send(JSON.stringify({ type: "connection_init", payload }));
  return { socket, first: await first };
};

describe("a socket", () => {
  test("needs a key in connection_init or in its header", async () => {
    const tries: [object | undefined, Record<string, string>, unknown][] = [
      [undefined, {}, 4403],
      [bearer("wrong"), {}, 4403],
      [bearer(keys.read), {}, "connection_ack"],
      [undefined, basic("x", keys.read), "connection_ack"],
    ];
    for (const [payload, headers, expected] of tries) {
      const { socket, first } = await greet(payload, headers);
      expect(first).toBe(expected);
      socket.terminate();
    }
  });

  test("that is open ends when its key does", async () => {
    const { text, id } = await makeKey({ name: "for a socket" });
    const { socket, first } = await greet(bearer(text));
    expect(first).toBe("connection_ack");
    const closed = once(socket, "close");
    await graphql(bearer(adminKey), "mutation ($id: ID!) { revokeApiKey(id: $id) { ok } }", { id });
    expect((await closed)[0]).toBe(4403);
  });
});

describe("the audit log", () => {
  test("has who, what, which, the request's id and how it ended, of what was done, refused and not allowed", async () => {
    const response = await fetch(`${api.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", ...bearer(keys.write) },
      body: JSON.stringify({ query: NEW_RUN, variables: { input: { experiment: "audited", key: "a" } } }),
    });
    const id = ((await response.json()) as Answer).data?.["createRun"].run.id;
    await graphql(bearer(keys.write), NEW_RUN, { input: { experiment: "" } });
    await graphql(bearer(keys.read), NEW_RUN, { input: { experiment: "e" } });
    await doors["mlflow write"]?.knock(bearer(keys.write));
    const read = async () =>
      (await graphql(bearer(keys.admin), "{ auditLog(first: 4) { who projectId what target requestId ok message } }")).data?.["auditLog"];
    // A route's end is written once its answer is out.
    await expect.poll(async () => (await read())[0].ok).toBe(false);
    expect(await read()).toEqual([
      expect.objectContaining({ who: "writer", what: "MLflow POST runs/set-tag", ok: false }),
      expect.objectContaining({ who: "reader", what: "createRun", ok: false, message: expect.stringContaining("needs WRITE") }),
      expect.objectContaining({ who: "writer", what: "createRun", ok: false, message: expect.stringContaining("experiment") }),
      {
        who: "writer",
        projectId: "default",
        what: "createRun",
        target: id,
        requestId: response.headers.get("x-request-id"),
        ok: true,
        message: null,
      },
    ]);
  });
});

describe("an API", () => {
  test("beyond loopback asks for keys and does not start without any; on loopback anybody may, and a wrong key still opens nothing", async () => {
    const empty = await startDatabaseWorld();
    const nodeKey = "a-shared-secret-of-this-test-alone";
    await expect(startTestApi(empty.database, { host: "0.0.0.0", nodeKey })).rejects.toThrow(/GRADUS_ADMIN_KEY is not set/);
    const loopback = await startTestApi(empty.database);
    expect((await ask(loopback.url, "{ auditLog { id } }")).data).toEqual({ auditLog: [] });
    expect((await fetch(`${loopback.url}/metrics`, { headers: bearer("wrong") })).status).toBe(401);
    const made = await get(loopback.url, CREATE, { input: { name: "first", scope: "ADMIN" } });
    await loopback.close();
    const open = await startTestApi(empty.database, { host: "0.0.0.0", nodeKey });
    const url = `http://127.0.0.1:${open.port}`;
    expect((await fetch(`${url}/metrics`)).status).toBe(401);
    expect((await fetch(`${url}/metrics`, { headers: bearer(made.createApiKey.text) })).status).toBe(200);
    await open.close();
    await empty.close();
  });
});

const gradusAs = (key: string, ...args: string[]) => gradus([...args, "--api", api.url], { GRADUS_API_KEY: key });

test("the command line makes, lists and ends keys, and shows its own as GRADUS_API_KEY", async () => {
  const made = await gradusAs(adminKey, "keys", "create", "from the shell", "--project", "default", "--scope", "WRITE", "--days", "1");
  const text = made.stdout.trim();
  expect([made.code, text]).toEqual([0, expect.stringMatching(/^gradus_[\w-]{43}$/)]);
  expect((await gradusAs(text, "status")).code).toBe(0);
  const listed = JSON.parse((await gradusAs(adminKey, "keys", "list", "--json")).stdout) as { id: string; name: string }[];
  const { id = "" } = listed.find(({ name }) => name === "from the shell") ?? {};
  expect((await gradusAs(adminKey, "keys", "revoke", id)).stdout).toContain("revoked");
  expect(await gradusAs(text, "status")).toMatchObject({ code: 2, stderr: expect.stringContaining("revoked") });
});
