// Owns: what a node says of its sandbox with each heartbeat: counts as they are, rates over the last minute. Must not know: where it is sent.
import type { SandboxReport } from "@gradus/domain";
import type { Sandbox, SandboxLoad } from "./sandbox/sandbox.ts";

const WINDOW_MS = 60_000;

/** Asked at every heartbeat; what it was told at earlier ones is what its rates are over. */
export class LoadMeter {
  readonly #sandbox: Pick<Sandbox, "backend" | "slots" | "load">;
  readonly #earlier: { readonly atMs: number; readonly load: SandboxLoad }[];

  /** `nowMs` is any clock that only goes forward, in milliseconds. */
  constructor(sandbox: Pick<Sandbox, "backend" | "slots" | "load">, nowMs: number) {
    this.#sandbox = sandbox;
    this.#earlier = [{ atMs: nowMs, load: sandbox.load() }];
  }

  read(nowMs: number): SandboxReport {
    const { backend, slots } = this.#sandbox;
    const load = this.#sandbox.load();
    // The youngest of those that are a window old or more stays: rates are over a minute, or over what there is.
    while ((this.#earlier[1]?.atMs ?? Infinity) <= nowMs - WINDOW_MS) this.#earlier.shift();
    const [since] = this.#earlier;
    this.#earlier.push({ atMs: nowMs, load });
    const passedMs = nowMs - (since?.atMs ?? nowMs);
    const busyMs = load.busyMs - (since?.load.busyMs ?? 0);
    const ended = load.finished - (since?.load.finished ?? 0);
    const { running, waiting, finished, sandboxErrors, replacedSlots, leakedProcesses } = load;
    return {
      backend,
      slots,
      running,
      waiting,
      finished,
      sandboxErrors,
      replacedSlots,
      leakedProcesses,
      // An execution counts when it ends, so one that began before the window can make it look over-full.
      utilisation: passedMs > 0 ? Math.min(1, busyMs / (passedMs * slots)) : 0,
      queueWaitMs: ended > 0 ? (load.queueWaitMs - (since?.load.queueWaitMs ?? 0)) / ended : null,
    };
  }
}
