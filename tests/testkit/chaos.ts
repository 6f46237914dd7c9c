// Owns: killing real processes of a world at the moment a test names, and bringing them back. Must not know: what must survive.
import { setTimeout as pause } from "node:timers/promises";
import { startPostgres } from "@gradus/cli/up/embedded-postgres";
import { startTemporal } from "@gradus/cli/up/temporal-server";
import type { RunningApp } from "@gradus/cli/up/start-app";
import type { Stage } from "@gradus/domain";
import type { World } from "./world.ts";

const LOOK_EVERY_MS = 2;

/** A worker that is started again each time it is killed. */
export class MortalWorker {
  readonly #world: World;
  #app: RunningApp;
  kills = 0;

  private constructor(world: World, app: RunningApp) {
    this.#world = world;
    this.#app = app;
  }

  static async start(world: World): Promise<MortalWorker> {
    return new MortalWorker(world, await world.startWorker());
  }

  /** Kills it with SIGKILL inside a stage of the run (any step from `fromStep`) and starts it again. False when the run ended first. */
  async killInside(runId: string, stage: Stage, fromStep = 1): Promise<boolean> {
    const { sql } = this.#world.database;
    for (;;) {
      const [seen] = await sql<{ id: string }[]>`
        select id from "StageExecution" where "runId" = ${runId} and stage = ${stage} and outcome = 'STARTED' and "scopeKind" = 'STEP' and step >= ${fromStep}`;
      if (seen !== undefined) {
        await this.#killAndStart();
        const [now] = await sql<{ outcome: string }[]>`select outcome from "StageExecution" where id = ${seen.id}`;
        // A stage that ended between the look and the kill was not killed inside: look for another.
        if (now?.outcome === "STARTED") return true;
        continue;
      }
      const [run] = await sql<{ status: string }[]>`select status from "Run" where id = ${runId}`;
      if (run !== undefined && ["COMPLETED", "FAILED", "CANCELLED"].includes(run.status)) return false;
      await pause(LOOK_EVERY_MS);
    }
  }

  async #killAndStart(): Promise<void> {
    process.kill(this.#app.pid, "SIGKILL");
    await this.#app.exited;
    this.kills++;
    this.#app = await this.#world.startWorker();
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

/** Kills Temporal with SIGKILL and starts it again on the same port. */
export async function killTemporal(world: World): Promise<void> {
  const { pid, port } = world.temporal;
  if (pid === null) throw new Error("this Temporal is not ours to kill");
  process.kill(pid, "SIGKILL");
  await world.temporal.exited;
  world.temporal = await startTemporal({ home: world.home, port, samePort: true });
}

/** Waits until the run has completed a step. */
export async function stepCompleted(world: World, runId: string, step: number): Promise<void> {
  for (;;) {
    // Tolerates a Postgres that was just killed: the next look finds it back.
    const rows = await world.database.sql<
      { stepsDone: number; status: string }[]
    >`select "stepsDone", status from "Run" where id = ${runId}`.catch(() => []);
    const [run] = rows;
    if (run !== undefined && (run.stepsDone >= step || run.status === "FAILED")) return;
    await pause(20);
  }
}
