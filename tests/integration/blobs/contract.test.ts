// Owns: the contract of the blob stores over all of them: a folder, the API as a process over a folder and over a bucket, a bucket of a real S3
// server. Must not know: what blobs are for.
import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isAlive } from "@gradus/cli/up/leftover";
import { localBlobStore } from "@gradus/prisma/local-blob-store";
import { openBlobStore } from "@gradus/prisma/open-blob-store";
import { s3BlobStore } from "@gradus/prisma/s3-blob-store";
import { ApiConnection } from "@gradus/worker/remote/api-connection";
import { httpBlobStore } from "@gradus/worker/remote/http-blob-store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startApiProcess } from "../../testkit/api/api-process.ts";
import type { ApiProcess } from "../../testkit/api/api-process.ts";
import { blobStoreContract } from "../../testkit/blobs/contract-suite.ts";
import type { BlobSubject } from "../../testkit/blobs/contract-suite.ts";
import { hasS3Server, startS3Server } from "../../testkit/s3/s3-server.ts";
import type { S3Server } from "../../testkit/s3/s3-server.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

const nodeKey = "a-shared-secret-of-this-test-alone";
let world: DatabaseWorld;
beforeAll(async () => {
  world = await startDatabaseWorld();
});
afterAll(async () => world.close());

/** What a folder of blobs holds, behind whatever stands before it. */
const overFolder = (folder: string): Pick<BlobSubject, "damage" | "kept"> => ({
  damage: (hash, bytes) => writeFile(join(folder, hash.slice(0, 2), hash), bytes),
  kept: async () =>
    (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .sort(),
});

const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), "gradus-blobs-"));

const startApi = (blobs: string, env: Readonly<Record<string, string>> = {}): Promise<ApiProcess> =>
  startApiProcess({ DATABASE_URL: world.databaseUrl, GRADUS_BLOBS: blobs, GRADUS_NODE_KEY: nodeKey, GRADUS_LOG_LEVEL: "silent", ...env });

const through = (api: ApiProcess) => httpBlobStore(new ApiConnection({ url: api.url, key: nodeKey, patienceMs: 200 }));

blobStoreContract("a folder", async () => {
  const folder = await temporaryFolder();
  const store = localBlobStore(folder);
  return { store, streaming: store, ...overFolder(folder), close: () => rm(folder, { recursive: true }) };
});

blobStoreContract("the API over a folder", async () => {
  const folder = await temporaryFolder();
  const api = await startApi(folder);
  const close = async (): Promise<void> => {
    await api.kill();
    await rm(folder, { recursive: true });
  };
  return { store: through(api), ...overFolder(folder), close };
});

describe("the API over a folder, asked by hand", () => {
  let folder: string;
  let api: ApiProcess;
  beforeAll(async () => {
    folder = await temporaryFolder();
    api = await startApi(folder);
  });
  afterAll(async () => {
    await api.kill();
    await rm(folder, { recursive: true });
  });
  const put = (path: string, init: RequestInit): Promise<Response> =>
    fetch(`${api.url}${path}`, { method: "PUT", duplex: "half", ...init } as RequestInit);
  const bytes = Buffer.alloc(2_000_000, "weights");
  const hash = createHash("sha256").update(bytes).digest("hex");

  test("keeps nothing of an upload that is cut", async () => {
    const { kept } = overFolder(folder);
    const socket = connect(Number(new URL(api.url).port), "127.0.0.1");
    await once(socket, "connect");
    const head = [
      `PUT /node/v1/blobs/${hash} HTTP/1.1`,
      `Host: ${new URL(api.url).host}`,
      `Authorization: Bearer ${nodeKey}`,
      `Content-Length: ${bytes.length}`,
    ];
    socket.write(`${head.join("\r\n")}\r\n\r\n`);
    socket.write(bytes.subarray(0, 1_500_000));
    await expect.poll(kept, { message: "the upload has begun", timeout: 10_000 }).toEqual([expect.stringContaining("partial")]);
    socket.destroy();
    await expect.poll(kept, { timeout: 10_000 }).toEqual([]);
    expect((await fetch(`${api.url}/blobs/${hash}`)).status).toBe(404);
  });

  test("refuses other bytes than the name's, a body without a length, and whoever has no key", async () => {
    const headers = { authorization: `Bearer ${nodeKey}` };
    expect((await put(`/node/v1/blobs/${hash}`, { headers, body: bytes.subarray(1) })).status).toBe(422);
    const stream = new ReadableStream({
      start: (open) => {
        open.enqueue(bytes);
        open.close();
      },
    });
    expect((await put(`/node/v1/blobs/${hash}`, { headers, body: stream })).status).toBe(411);
    for (const authorization of ["", "Bearer ", "Bearer another-key-of-the-same-kind", nodeKey, `Basic ${nodeKey}`])
      expect((await put(`/node/v1/blobs/${hash}`, { headers: { authorization }, body: bytes })).status, authorization).toBe(401);
    expect(await overFolder(folder).kept()).toEqual([]);
  });
});

// Its program comes with: npm run build:s3
describe.skipIf(!hasS3Server())(`S3${hasS3Server() ? "" : ": its server is missing, install it with `npm run build:s3`"}`, () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3Server();
  });
  afterAll(async () => server.close());

  const environment = (): Record<string, string> => ({
    AWS_ENDPOINT_URL_S3: server.endpoint,
    AWS_ACCESS_KEY_ID: server.accessKeyId,
    AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
  });
  const overBucket = async (prefix: string): Promise<Pick<BlobSubject, "damage" | "kept">> => {
    const folder = join(server.folder, prefix);
    await mkdir(folder, { recursive: true });
    const files = overFolder(folder);
    return {
      ...files,
      damage: async (hash, bytes) => {
        await mkdir(dirname(join(folder, hash.slice(0, 2), hash)), { recursive: true });
        await files.damage(hash, bytes);
      },
    };
  };

  blobStoreContract("a bucket", async () => {
    const store = openBlobStore(`s3://${server.bucket}/runs/checkpoints`, environment());
    return { store, streaming: store, ...(await overBucket("runs/checkpoints")), close: async () => undefined };
  });

  blobStoreContract("the API over a bucket", async () => {
    const api = await startApi(`s3://${server.bucket}/api`, environment());
    return { store: through(api), ...(await overBucket("api")), close: () => api.kill() };
  });

  test("the tests' own server ends when its parent is killed", async () => {
    const parent = fork(fileURLToPath(new URL("../../testkit/s3/orphaning-parent.ts", import.meta.url)), [], { execArgv: [] });
    const [pid] = (await once(parent, "message")) as [number];
    expect(isAlive(pid)).toBe(true);
    parent.kill("SIGKILL");
    await expect.poll(() => isAlive(pid), { timeout: 60_000, interval: 50 }).toBe(false);
  });

  test("a wrong secret and a missing bucket are said to be so, without the secret", async () => {
    const { endpoint, bucket, region, accessKeyId, secretAccessKey } = server;
    const settings = { endpoint, bucket, region, prefix: "", accessKeyId, secretAccessKey };
    const wrong = s3BlobStore({ ...settings, secretAccessKey: "a-wrong-secret" }).put(Buffer.from("x"));
    await expect(wrong).rejects.toThrow(/403 SignatureDoesNotMatch/);
    await expect(wrong).rejects.not.toThrow(/a-wrong-secret/);
    const nowhere = s3BlobStore({ ...settings, bucket: "no-such-bucket" });
    await expect(nowhere.get("0".repeat(64))).rejects.toThrow(/404 NoSuchBucket/);
    expect(() => openBlobStore(`s3://${bucket}`, {})).toThrow(/AWS_ACCESS_KEY_ID is not set/);
  });
});
