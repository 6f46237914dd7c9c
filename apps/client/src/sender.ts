// Owns: sending a journal's batches in their order, again and again until each is stored or refused. Must not know: who logs.
import { setTimeout as after } from "node:timers/promises";
import { Refused, send } from "./api.ts";
import type { ApiAddress } from "./api.ts";
import { batchInputs } from "./batch-input.ts";
import type { Journal } from "./journal.ts";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** One at a time and in order: of one step the point that was logged last must be stored last. */
export class Sender {
  readonly #address: ApiAddress;
  readonly #journal: Journal;
  readonly #run: Readonly<Record<string, unknown>>;
  readonly #onTrouble: (error: Error) => void;
  #begun: { readonly runId: string; readonly segment: number } | null = null;
  #sending: Promise<void> | null = null;

  constructor(address: ApiAddress, journal: Journal, run: Readonly<Record<string, unknown>>, onTrouble: (error: Error) => void) {
    this.#address = address;
    this.#journal = journal;
    this.#run = run;
    this.#onTrouble = onTrouble;
  }

  /** Sends what is closed, and what is closed meanwhile. Returns when nothing is left. */
  drain(): Promise<void> {
    this.#sending ??= this.#sendAll().finally(() => void (this.#sending = null));
    return this.#sending;
  }

  /** The run's id and segment; made on first use. */
  async begin(): Promise<{ readonly runId: string; readonly segment: number }> {
    if (this.#begun !== null) return this.#begun;
    const { run, segment } = await this.#patiently(() => send(this.#address, "createRun", JSON.stringify(this.#run)));
    if (run === undefined || segment === undefined) throw new Refused("createRun gave no run");
    return (this.#begun = { runId: run.id, segment });
  }

  async finish(status: "COMPLETED" | "FAILED" | "CANCELLED", cause: string | undefined): Promise<void> {
    const { runId } = await this.begin();
    await this.#patiently(() => send(this.#address, "finishRun", JSON.stringify({ runId, status, cause })));
  }

  async #sendAll(): Promise<void> {
    const { runId, segment } = await this.begin();
    const session = String(this.#run["session"]);
    for (let batches = this.#journal.batches(); batches.length > 0; batches = this.#journal.batches()) {
      for (const batch of batches) {
        const { metrics, samples } = batchInputs(this.#journal.read(batch), runId, `${session}/${batch}`, segment);
        try {
          if (metrics !== null) await this.#patiently(() => send(this.#address, "logMetrics", metrics));
          if (samples !== null) await this.#patiently(() => send(this.#address, "logSamples", samples));
          this.#journal.remove(batch);
        } catch (error) {
          // Tolerates a refusal: it is told and set aside, and the training's other batches go on.
          if (!(error instanceof Refused)) throw error;
          this.#journal.setAside(batch);
          this.#onTrouble(error);
        }
      }
    }
  }

  async #patiently<Result>(work: () => Promise<Result>): Promise<Result> {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        return await work();
      } catch (error) {
        // Tolerates a server that is away: the journal keeps everything until it is back.
        if (error instanceof Refused) throw error;
        this.#onTrouble(error as Error);
        // Unref'd: a training that ends meanwhile is not held up; the next one sends what is left.
        await after(pause, undefined, { ref: this.#held });
      }
    }
  }

  #held = false;
  /** While somebody waits for the end, pauses keep the process alive. */
  hold(): void {
    this.#held = true;
  }
}
