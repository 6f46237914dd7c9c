// Owns: `gradus up` as a process among processes: kills, signals, restarts, a second launcher. API and worker are tiny programs here; the real
// ones are in long/cli. Must not know: experiments.
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { readRunning, type RunningStack } from "@gradus/cli/up/data-folder";
import { choosePort } from "@gradus/cli/up/free-port";
import { isAlive } from "@gradus/cli/up/leftover";
import { ENDS_WITH_PARENT } from "@gradus/cli/up/start-app";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const launcher = fileURLToPath(new URL("../../testkit/tiny-launcher.ts", import.meta.url));

interface Launched {
  process: ChildProcess;
  /** Everything it wrote so far. */
  said: () => string;
  ended: Promise<{ code: number | null; signal: string | null }>;
}

function launch(home: string, env: Record<string, string> = {}, args: string[] = []): Launched {
  const child = spawn(process.execPath, [...ENDS_WITH_PARENT, launcher, ...args], {
    env: { ...process.env, NO_COLOR: "1", GRADUS_HOME: home, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once("close", (code, signal) => resolve({ code, signal })),
  );
  return { process: child, said: () => text, ended };
}

/** Waits until a line says what is expected; the end of the launcher ends the wait with what it said. */
async function heard(launched: Launched, expected: RegExp): Promise<void> {
  while (!expected.test(launched.said())) {
    if (launched.process.exitCode !== null) throw new Error(`the launcher ended (${launched.process.exitCode}): ${launched.said()}`);
    await setTimeout(20);
  }
}

async function upAndRunning(home: string, env: Record<string, string> = {}): Promise<{ launched: Launched; running: RunningStack }> {
  const launched = launch(home, env);
  await heard(launched, /Ctrl-C ends it/);
  const running = readRunning(home);
  if (running === null) throw new Error("no running.json");
  return { launched, running };
}

async function allGone(running: RunningStack): Promise<void> {
  const pids = Object.values(running.pids).filter((pid) => pid !== null);
  expect(pids).toHaveLength(4);
  while (pids.some(isAlive)) await setTimeout(20);
}

async function query(home: string, text: string): Promise<unknown[]> {
  const running = readRunning(home);
  const answer = await fetch(`${running?.apiUrl}/database-url`);
  const sql = postgres(await answer.text(), { max: 1, onnotice: () => undefined });
  try {
    return [...(await sql.unsafe(text))];
  } finally {
    await sql.end();
  }
}

describe("gradus up", () => {
  let home: string;
  let port: string;
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), "gradus-up-"));
    port = String(await choosePort());
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  const start = () => upAndRunning(home, { GRADUS_TEST_PORT: port });

  it("starts Postgres and Temporal, migrations, API and worker, one line each and none before what it needs, and SIGTERM ends all in good order", async () => {
    const { launched, running } = await start();
    const said = launched.said();
    const lines = [
      /Postgres 18 listens on 127\.0\.0\.1/,
      /Temporal listens on 127\.0\.0\.1/,
      /database migrated/,
      /API listens on http/,
      /worker serves/,
    ];
    const [postgresAt = -1, temporalAt = -1, databaseAt = -1, apiAt = -1, workerAt = -1] = lines.map((line) => said.search(line));
    expect(Math.min(postgresAt, temporalAt)).toBeGreaterThan(0);
    expect(databaseAt).toBeGreaterThan(postgresAt);
    expect(Math.min(apiAt, workerAt)).toBeGreaterThan(Math.max(databaseAt, temporalAt));
    expect(running.pid).toBe(launched.process.pid);
    expect((await fetch(running.apiUrl)).status).toBe(200);
    expect((await fetch(running.temporalUiUrl ?? "")).status).toBe(200);
    launched.process.kill("SIGTERM");
    expect((await launched.ended).code).toBe(0);
    await allGone(running);
    expect(readRunning(home)).toBeNull();
  });

  it("leaves no process behind when it is killed with SIGKILL, and the next start has the same data", async () => {
    const first = await start();
    await query(home, "create table survivor as select generate_series(1, 100) as n");
    first.launched.process.kill("SIGKILL");
    await allGone(first.running);
    const second = await start();
    expect(await query(home, "select count(*)::int as n from survivor")).toEqual([{ n: 100 }]);
    expect(second.launched.said()).toContain("database is up to date");
    second.launched.process.kill("SIGINT");
    await second.launched.ended;
    await allGone(second.running);
  });

  it("ends what a killed launcher left to end in good order, and has its addresses again", async () => {
    const first = await upAndRunning(home, { GRADUS_TEST_PORT: port, GRADUS_TEST_STUBBORN: "1" });
    first.launched.process.kill("SIGKILL");
    await first.launched.ended;
    expect(isAlive(first.running.pids["API"] ?? 0)).toBe(true);
    const second = await start();
    // Each is told of, unless it ended by itself while the second launcher was loaded.
    expect(second.launched.said()).not.toContain("is taken");
    expect(second.running.apiUrl).toBe(first.running.apiUrl);
    await allGone(first.running);
    second.launched.process.kill("SIGTERM");
    await second.launched.ended;
  });

  it("starts a dead server again on its old address, whichever it is, and shows it", async () => {
    const { launched, running } = await start();
    for (const name of ["Postgres", "Temporal", "API", "worker"]) {
      process.kill(running.pids[name] ?? 0, "SIGKILL");
      await heard(launched, new RegExp(`${name} runs again`));
      expect(launched.said()).toMatch(new RegExp(`${name} was ended by SIGKILL[^]*starting it again in 0.25 s \\(1 of 5\\)`));
    }
    const after = readRunning(home);
    expect({ apiUrl: after?.apiUrl, temporalAddress: after?.temporalAddress }).toEqual({
      apiUrl: running.apiUrl,
      temporalAddress: running.temporalAddress,
    });
    for (const [name, pid] of Object.entries(running.pids)) expect(after?.pids[name]).not.toBe(pid);
    expect(await query(home, "select count(*)::int as n from survivor")).toEqual([{ n: 100 }]);

    const another = launch(home, { GRADUS_TEST_PORT: port });
    expect((await another.ended).code).toBe(3);
    expect(another.said()).toMatch(
      new RegExp(`Gradus runs already on this data folder\\s+why: process ${running.pid} uses .*${running.apiUrl}\\s+what to do: `),
    );
    launched.process.kill("SIGTERM");
    await launched.ended;
    if (after !== null) await allGone(after);
  });

  it("takes free ports where its own are busy, and says so", async () => {
    const busy = createServer();
    await new Promise<void>((resolve) => busy.listen(Number(port), "127.0.0.1", resolve));
    const { launched, running } = await start();
    expect(launched.said()).toContain(`port ${port} is taken, the API listens on ${new URL(running.apiUrl).port}`);
    launched.process.kill("SIGTERM");
    await launched.ended;
    await new Promise((resolve) => busy.close(resolve));
  });

  it("gives a server up that will not stay, with its cause, and ends the others", async () => {
    const { launched, running } = await start();
    await fetch(`${running.apiUrl}/break`);
    expect((await launched.ended).code).toBe(1);
    expect(launched.said()).toMatch(/Failed: API was given up after 5 restarts; at last: API ended with code 1: broken for good/);
    await allGone({ ...running, pids: { ...running.pids, API: running.pids["API"] ?? null } });
  });
});

const folder = () => mkdtempSync(join(tmpdir(), "gradus-lacks-"));

async function refusal(env: Record<string, string>): Promise<string> {
  const launched = launch(folder(), { GRADUS_TEST_PORT: String(await choosePort()), ...env });
  expect((await launched.ended).code).toBe(3);
  return launched.said();
}

describe("gradus up on a machine that lacks something", () => {
  it("says in one message that the given Postgres does not answer", async () => {
    const said = await refusal({ DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none" });
    expect(said).toMatch(/The Postgres of DATABASE_URL does not answer\s+why: .*ECONNREFUSED.*\s+what to do: .*unset DATABASE_URL/);
  });

  it("says in one message that there is no way to a Temporal server, and stops what it had started", async () => {
    const said = await refusal({
      PATH: "/usr/bin:/bin:/usr/sbin:/sbin",
      PIP_NO_INDEX: "1",
      GRADUS_CACHE: folder(),
      GRADUS_TEMPORAL_MIRROR: "http://127.0.0.1:1",
    });
    expect(said).toMatch(/There is no Temporal server\s+why: .*not reachable.*no Go on the PATH.*\s+what to do: Set TEMPORAL_ADDRESS/);
  });
});
