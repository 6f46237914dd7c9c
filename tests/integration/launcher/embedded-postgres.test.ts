// Owns: the embedded Postgres as a real server: kills, leftovers, ports, files. Must not know: tables of Gradus.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "@gradus/cli/up/embedded-postgres";
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
