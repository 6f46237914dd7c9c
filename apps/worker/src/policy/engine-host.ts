// Owns: which engine holds which run's weights, and that they are the weights asked for. Must not know: rollouts, stages.
import type { BlobStore } from "@gradus/domain";
import type { PolicyEngine } from "./policy-engine.ts";

interface Slot {
  readonly engine: PolicyEngine;
  /** What is resident: model id -> checkpoint hash. Absent while a model is being changed, so a failure in the middle reloads it. */
  readonly resident: Map<string, string>;
  last: Promise<unknown>;
}

export interface HostedModel {
  readonly engine: PolicyEngine;
  readonly modelId: string;
  /** From here the weights differ from any checkpoint, until `settled` names the one they equal. */
  changing(): void;
  settled(hash: string): void;
}

/** One engine a slot. A model stays on the slot it was first given; work on one slot runs one at a time. */
export class EngineHost {
  readonly #slots: readonly Slot[];
  readonly #placed = new Map<string, Slot>();
  readonly #blobs: BlobStore;

  constructor(engines: readonly PolicyEngine[], blobs: BlobStore) {
    this.#slots = engines.map((engine) => ({ engine, resident: new Map(), last: Promise.resolve() }));
    this.#blobs = blobs;
  }

  get engines(): readonly PolicyEngine[] {
    return this.#slots.map((slot) => slot.engine);
  }

  /** Whether no model is placed here: whoever used one has let it go. */
  readonly isEmpty = (): boolean => this.#placed.size === 0;

  /** Runs `work` on the model's slot with exactly the weights of `hash` loaded (null: whatever `work` makes). */
  async use<Result>(modelId: string, hash: string | null, work: (model: HostedModel) => Promise<Result>): Promise<Result> {
    const slot = this.#place(modelId);
    const turn = slot.last.then(async () => {
      if (hash !== null) await this.#load(slot, modelId, hash);
      return work({
        engine: slot.engine,
        modelId,
        changing: () => slot.resident.delete(modelId),
        settled: (next) => slot.resident.set(modelId, next),
      });
    });
    // The failure belongs to the caller; the next in line must not inherit it.
    slot.last = turn.catch(() => undefined);
    return turn;
  }

  /** Drops a model that nobody will ask for soon. Whoever still does gets it back from its checkpoint. */
  async release(modelId: string): Promise<void> {
    const slot = this.#placed.get(modelId);
    if (slot === undefined) return;
    // At once, so that whoever comes after this turn is placed anew.
    this.#placed.delete(modelId);
    const unload = async (earlier: Promise<unknown>): Promise<void> => {
      await earlier;
      slot.resident.delete(modelId);
      if (slot.engine.hasModel(modelId)) await slot.engine.unloadModel(modelId);
    };
    const turn = unload(slot.last);
    slot.last = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.engine.close()));
  }

  #place(modelId: string): Slot {
    const placed = this.#placed.get(modelId);
    if (placed !== undefined) return placed;
    const count = (slot: Slot): number => [...this.#placed.values()].filter((other) => other === slot).length;
    const [slot] = [...this.#slots].sort((a, b) => count(a) - count(b));
    if (slot === undefined) throw new Error("this node has no policy engine");
    this.#placed.set(modelId, slot);
    return slot;
  }

  async #load(slot: Slot, modelId: string, hash: string): Promise<void> {
    if (slot.resident.get(modelId) === hash && slot.engine.hasModel(modelId)) return;
    slot.resident.delete(modelId);
    const bytes = await this.#blobs.get(hash);
    await slot.engine.loadState(modelId, bytes).catch((error: unknown) => {
      // Tolerates nothing: only says which file it is. Another checkpoint is loaded only by whoever asks for it: a fork, or a resumed run.
      throw new Error(`checkpoint sha256:${hash} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    });
    slot.resident.set(modelId, hash);
  }
}
