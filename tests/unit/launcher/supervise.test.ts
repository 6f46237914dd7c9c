// Owns: restarts, pauses and giving up, on servers that exist in memory only. Must not know: real servers.
import { setTimeout } from "node:timers/promises";
import type { RunningServer, ServerExit } from "@gradus/cli/up/guarded-process";
import { supervise } from "@gradus/cli/up/supervise";
import { describe, expect, it } from "vitest";

interface Fragile extends RunningServer {
  die(): void;
}

function fragile(pid: number): Fragile {
  const { promise, resolve } = Promise.withResolvers<ServerExit>();
  const end = (signal: NodeJS.Signals) => resolve({ code: null, signal, lastWords: "out of luck" });
  return { pid, exited: promise, stop: async () => end("SIGTERM"), die: () => end("SIGKILL") };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setTimeout(2);
}

describe("a supervised server", () => {
  it("is started again after it died, knowing what ran before, and tells so", async () => {
    const [said, started, before] = [[] as string[], [] as Fragile[], [] as (number | null)[]];
    const start = async (previous: Fragile | null) => {
      before.push(previous?.pid ?? null);
      started.push(fragile(started.length + 1));
      return started.at(-1) as Fragile;
    };
    const server = await supervise({ name: "Lamp", start, onProgress: (message) => said.push(message), pausesMs: [1, 1] });
    started[0]?.die();
    await until(() => started.length === 2 && said.length === 2);
    expect(server.current().pid).toBe(2);
    expect(before).toEqual([null, 1]);
    expect(said[0]).toBe("Lamp was ended by SIGKILL: out of luck; starting it again in 0.001 s (1 of 2)");
    expect(said[1]).toBe("Lamp runs again");
    await server.stop();
    expect(started).toHaveLength(2);
  });

  it("is given up with its last cause when the restarts are used up", async () => {
    let starts = 0;
    const start = async () => {
      starts += 1;
      if (starts > 1) throw new Error(`no port (${starts})`);
      const server = fragile(1);
      server.die();
      return server;
    };
    const server = await supervise({ name: "Lamp", start, onProgress: () => undefined, pausesMs: [1, 1, 1] });
    await expect(server.givenUp).rejects.toThrow("Lamp was given up after 3 restarts; at last: no port (4)");
  });

  it("is not tried again when its very first start fails", async () => {
    let starts = 0;
    const start = async (): Promise<Fragile> => {
      starts += 1;
      throw new Error("no disk");
    };
    await expect(supervise({ name: "Lamp", start, onProgress: () => undefined })).rejects.toThrow("no disk");
    expect(starts).toBe(1);
  });

  it("stays ended when it is stopped during a pause", async () => {
    const started: Fragile[] = [];
    const said: string[] = [];
    const start = async () => {
      started.push(fragile(started.length + 1));
      return started.at(-1) as Fragile;
    };
    const server = await supervise({ name: "Lamp", start, onProgress: (message) => said.push(message), pausesMs: [60_000] });
    started[0]?.die();
    await until(() => said.length === 1);
    await server.stop();
    expect(started).toHaveLength(1);
  });
});
