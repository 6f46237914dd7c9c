// Owns: handing points of one subscription to whichever charts are visible. Must not know: charts.
import type { WireNumber } from "../format/number.ts";

export interface LivePoint {
  readonly name: string;
  readonly step: number;
  readonly value: WireNumber;
}
type Listener = (runId: string, points: readonly LivePoint[]) => void;

export class PointBus {
  readonly #listeners = new Set<Listener>();

  publish(runId: string, points: readonly LivePoint[]): void {
    for (const listener of this.#listeners) listener(runId, points);
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
