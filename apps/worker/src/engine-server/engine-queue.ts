// Owns: one thing at a time on the engine, in order of arrival, and samples that wait beside each other computed together.
// Must not know: HTTP, checkpoints.
import { setTimeout as sleep } from "node:timers/promises";
import type { PolicyEngine, Sample, SampleRow, SamplingSpec } from "../policy/policy-engine.ts";

interface Waiting {
  readonly rows: readonly SampleRow[];
  readonly resolve: (samples: Sample[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Requests of one client arrive within this time of each other, in milliseconds; a row's tokens do not depend on which rows came with it. */
const GATHER_MS = 4;

export class EngineQueue {
  readonly #engine: PolicyEngine;
  readonly #gathered = new Map<string, Waiting[]>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(engine: PolicyEngine) {
    this.#engine = engine;
  }

  /** Runs `work` after everything that was asked for before it. */
  run<Result>(work: (engine: PolicyEngine) => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(() => work(this.#engine));
    // The failure belongs to the caller; the next in line must not inherit it.
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Samples rows in the next turn for the same `key`, which names the weights; `ready` makes sure of them and names the engine's model. */
  sample(key: string, ready: () => Promise<string>, rows: readonly SampleRow[], spec: SamplingSpec): Promise<Sample[]> {
    const batch = JSON.stringify([key, spec]);
    return new Promise((resolve, reject) => {
      const waiting = { rows, resolve, reject };
      const gathered = this.#gathered.get(batch);
      if (gathered !== undefined) return void gathered.push(waiting);
      this.#gathered.set(batch, [waiting]);
      void this.run(() => this.#sampleBatch(batch, ready, spec));
    });
  }

  async #sampleBatch(batch: string, ready: () => Promise<string>, spec: SamplingSpec): Promise<void> {
    await sleep(GATHER_MS);
    const all = this.#gathered.get(batch) ?? [];
    this.#gathered.delete(batch);
    try {
      const samples = await this.#engine.sample(
        await ready(),
        all.flatMap(({ rows }) => rows),
        spec,
      );
      let begin = 0;
      for (const { rows, resolve } of all) resolve(samples.slice(begin, (begin += rows.length)));
    } catch (error) {
      // One wrong row fails its whole batch: alone, the others are as good as they were.
      if (all.length === 1) return all[0]?.reject(error);
      for (const waiting of all) await this.#sampleAlone(waiting, ready, spec);
    }
  }

  async #sampleAlone({ rows, resolve, reject }: Waiting, ready: () => Promise<string>, spec: SamplingSpec): Promise<void> {
    try {
      resolve(await this.#engine.sample(await ready(), rows, spec));
    } catch (error) {
      // Whoever sent the row hears it.
      reject(error);
    }
  }
}
