// Owns: the embedded Postgres as a real server: kills, leftovers, ports, files. Must not know: tables of Gradus.
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyOnce } from "@gradus/worker/machine/copy-once";
import { startPostgres } from "@gradus/cli/up/embedded-postgres";
import { startOnPort } from "@gradus/cli/up/free-port";
import { isAlive } from "@gradus/cli/up/leftover";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

async function query<T>(databaseUrl: string, text: string): Promise<T[]> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
  try {
    return (await sql.unsafe(text)) as unknown as T[];
  } finally {
    await sql.end();
  }
}

describe("the embedded Postgres", () => {
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "gradus-postgres-"));
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it("is Postgres 18 on loopback with a password only its owner can read", async () => {
    const server = await startPostgres({ home });
    const [row] = await query<{ version: string; addresses: string }>(
      server.databaseUrl,
      "select current_setting('server_version') as version, current_setting('listen_addresses') as addresses",
    );
    expect(row?.version).toMatch(/^18\./);
    expect(row?.addresses).toBe("127.0.0.1");
    expect(statSync(join(home, "postgres", "password")).mode & 0o777).toBe(0o600);
    await expect(query(server.databaseUrl.replace(/:[^:@]+@/, ":wrong@"), "select 1")).rejects.toThrow(/password authentication failed/);
    await server.stop();
    expect(isAlive(server.pid ?? 0)).toBe(false);
  });

  it("has every committed row after kill -9, and starts again over the stale postmaster.pid", async () => {
    const first = await startPostgres({ home });
    await query(first.databaseUrl, "create table kept as select generate_series(1, 1000) as n");
    process.kill(first.pid ?? 0, "SIGKILL");
    expect((await first.exited).signal).toBe("SIGKILL");
    const second = await startPostgres({ home, port: first.port, samePort: true });
    expect(await query(second.databaseUrl, "select count(*)::int as n from kept")).toEqual([{ n: 1000 }]);
    expect(second.databaseUrl).toBe(first.databaseUrl);
    await second.stop();
  });

  it("starts even when the stale postmaster.pid names a living process of somebody else", async () => {
    const data = join(home, "postgres", "data");
    writeFileSync(join(data, "postmaster.pid"), `${process.pid}\n${data}\n`);
    const server = await startPostgres({ home });
    expect(Number(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0])).toBe(server.pid);
    await server.stop();
  });

  it("takes another port when the wanted one is busy, and says so; or refuses where others know the address", async () => {
    const first = await startPostgres({ home });
    const other = mkdtempSync(join(tmpdir(), "gradus-postgres-"));
    const said: string[] = [];
    const second = await startPostgres({ home: other, port: first.port, onProgress: (message) => said.push(message) });
    expect(said).toEqual([`port ${first.port} is taken, Postgres listens on ${second.port}`]);
    await second.stop();
    await expect(startPostgres({ home: other, port: first.port, samePort: true })).rejects.toThrow(/cannot be used again/);
    await first.stop();
    rmSync(other, { recursive: true, force: true });
  });

  it("refuses a data folder of another major version, and says what to do", async () => {
    const version = join(home, "postgres", "data", "PG_VERSION");
    writeFileSync(version, "19\n");
    await expect(startPostgres({ home })).rejects.toThrow(/was made by Postgres 19, and this Gradus brings Postgres 18/);
    writeFileSync(version, "18\n");
  });
});

describe("what several processes prepare at once", () => {
  it("a folder copied by all of them is there whole, with nothing left beside it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "gradus-copy-"));
    mkdirSync(join(folder, "source", "bin"), { recursive: true });
    writeFileSync(join(folder, "source", "bin", "program"), "x".repeat(100_000), { mode: 0o755 });
    chmodSync(join(folder, "source"), 0o755);
    await Promise.all([1, 2, 3, 4].map(() => copyOnce(join(folder, "source"), join(folder, "target"))));
    expect(readdirSync(folder).toSorted()).toEqual(["source", "target"]);
    expect(statSync(join(folder, "target")).mode & 0o777).toBe(0o755);
    expect(statSync(join(folder, "target/bin/program")).size).toBe(100_000);
    await expect(copyOnce(join(folder, "missing"), join(folder, "other"))).rejects.toThrow(/missing/);
    expect(readdirSync(folder).toSorted()).toEqual(["source", "target"]);
    rmSync(folder, { recursive: true });
  });

  it("a server whose port somebody takes before it listens starts on another; one that others know does not", async () => {
    await using stranger = createServer();
    const attempts: number[] = [];
    const start = async (port: number) => {
      attempts.push(port);
      if (attempts.length === 1) await once(stranger.listen(port, "127.0.0.1"), "listening");
      const own = createServer().listen(port, "127.0.0.1");
      await once(own, "listening");
      own.close();
      return port;
    };
    const port = await startOnPort({}, start);
    expect(attempts).toEqual([expect.any(Number), port]);
    expect(port).not.toBe(attempts[0]);
    await expect(startOnPort({ wanted: attempts[0], onlyWanted: true }, start)).rejects.toThrow(/cannot be used again/);
    await expect(startOnPort({}, () => Promise.reject(new Error("no disk")))).rejects.toThrow("no disk");
  });
});
