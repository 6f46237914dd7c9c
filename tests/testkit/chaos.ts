// Owns: killing, stopping and freezing real processes of a world at the moment a test names, and bringing them back. Must not know: what must survive.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startPostgres } from "@gradus/cli/up/embedded-postgres";
import { startTemporal } from "@gradus/cli/up/temporal-server";
import type { RunningApp } from "@gradus/cli/up/start-app";
import { isFinished } from "@gradus/domain";
import type { RunStatus, Stage } from "@gradus/domain";
import type { World } from "./world.ts";

const LOOK_EVERY_MS = 2;

/** Asks the database until it answers: it may have been killed a moment ago. */
export async function look<Value>(read: () => Promise<Value>): Promise<Value> {
  for (;;) {
    try {
      return await read();
    } catch {
      // Tolerates a Postgres that is away: the test's own limit ends a look that never succeeds.
      await pause(50);
    }
  }
}

/** A program that is started again each time it is killed. */
export class Mortal {
  readonly #start: () => Promise<RunningApp>;
  #app: RunningApp;
  kills = 0;

  private constructor(start: () => Promise<RunningApp>, app: RunningApp) {
    this.#start = start;
    this.#app = app;
  }

  static async start(start: () => Promise<RunningApp>): Promise<Mortal> {
    return new Mortal(start, await start());
  }

  get app(): RunningApp {
    return this.#app;
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    process.kill(this.#app.pid, "SIGKILL");
    await this.#app.exited;
    this.kills++;
  }

  async rise(): Promise<void> {
    this.#app = await this.#start();
  }
}

/** One attempt of a stage that is under way. */
export interface Underway {
  readonly id: string;
  readonly step: number;
  readonly nodeId: string;
}

/** Waits for an attempt of the stage in any step from `fromStep` that is under way. Null when the run ended first. */
export async function underway({ database: { sql } }: World, runId: string, stage: Stage, fromStep = 1): Promise<Underway | null> {
  for (;;) {
    const [seen] = await look(
      () => sql<Underway[]>`
        select id, step, "nodeId" from "StageExecution"
        where "runId" = ${runId} and stage = ${stage} and outcome = 'STARTED' and "scopeKind" = 'STEP' and step >= ${fromStep}`,
    );
    if (seen !== undefined) return seen;
    if (await hasEnded(sql, runId)) return null;
    await pause(LOOK_EVERY_MS);
  }
}

/** Whether an attempt has not come to its end. One that was killed stays so until the next attempt begins. */
export async function isUnderway({ database: { sql } }: World, { id }: Underway): Promise<boolean> {
  const [now] = await look(() => sql<{ outcome: string }[]>`select outcome from "StageExecution" where id = ${id}`);
  return now?.outcome === "STARTED";
}

/**
 * Kills the worker with SIGKILL inside a stage of the run, `afterMs` after it was seen to begin, in any step from `fromStep`, and starts it again.
 * @returns the step; null when the run ended first
 */
export async function killInside(
  world: World,
  worker: Mortal,
  runId: string,
  stage: Stage,
  { fromStep = 1, afterMs = 0 } = {},
): Promise<number | null> {
  for (let from = fromStep; ;) {
    const seen = await underway(world, runId, stage, from);
    if (seen === null) return null;
    if (afterMs > 0) await pause(afterMs);
    await worker.kill();
    const inside = await isUnderway(world, seen);
    await worker.rise();
    if (inside) return seen.step;
    // A stage that ended between the look and the kill was not killed inside: look for another.
    from = seen.step + 1;
  }
}

/** Kills Postgres with SIGKILL and starts it again on the same port. */
export async function killPostgres(world: World): Promise<void> {
  const { pid, port } = world.postgres;
  if (pid === null) throw new Error("this Postgres is not ours to kill");
  process.kill(pid, "SIGKILL");
  await world.postgres.exited;
  world.postgres = await startPostgres({ home: world.home, port, samePort: true });
}

/**
 * Kills Temporal with SIGKILL and starts it again on the same port; `memory` lost: without its database, which is more than a cut of the power takes.
 */
export async function killTemporal(world: World, { memory = "kept" }: { readonly memory?: "kept" | "lost" } = {}): Promise<void> {
  const { pid, port } = world.temporal;
  if (pid === null) throw new Error("this Temporal is not ours to kill");
  process.kill(pid, "SIGKILL");
  await world.temporal.exited;
  if (memory === "lost") rmSync(join(world.home, "temporal"), { recursive: true });
  world.temporal = await startTemporal({ home: world.home, port, samePort: true });
}

/** Waits until the run has completed a step, or has ended. */
export async function stepCompleted({ database: { sql } }: World, runId: string, step: number): Promise<void> {
  for (;;) {
    const [run] = await look(
      () => sql<{ stepsDone: number; status: RunStatus }[]>`select "stepsDone", status from "Run" where id = ${runId}`,
    );
    if (run !== undefined && (run.stepsDone >= step || isFinished(run.status))) return;
    await pause(20);
  }
}

async function hasEnded(sql: World["database"]["sql"], runId: string): Promise<boolean> {
  const [run] = await look(() => sql<{ status: RunStatus }[]>`select status from "Run" where id = ${runId}`);
  return run !== undefined && isFinished(run.status);
}
