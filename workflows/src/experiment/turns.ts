// Owns: whose turn it is among an experiment's runs; those that were paused before they began are passed over. Must not know: Temporal, places.

export class Turns {
  readonly #waiting: string[] = [];
  readonly #underWay = new Set<string>();
  readonly #held = new Set<string>();
  /** The word may come before the run that it is about is known to be held. */
  readonly #released = new Set<string>();

  /** They follow what waits already. */
  queue(runIds: readonly string[]): void {
    this.#waiting.push(...runIds);
  }

  hasNext(): boolean {
    return this.#waiting.length > 0;
  }

  /** No turn will come any more. */
  isOver(): boolean {
    return this.#waiting.length + this.#underWay.size + this.#held.size === 0;
  }

  /** The run whose turn it is, which is under way from here on. */
  take(): string | undefined {
    const runId = this.#waiting.shift();
    if (runId === undefined) return undefined;
    this.#underWay.add(runId);
    // What was said before its turn is in its row.
    this.#released.delete(runId);
    return runId;
  }

  end(runId: string): void {
    this.#underWay.delete(runId);
    this.#held.delete(runId);
  }

  /** Its turn came and it does not begin: others go before it. */
  hold(runId: string): void {
    this.#underWay.delete(runId);
    this.#held.add(runId);
  }

  release(runId: string): void {
    this.#released.add(runId);
  }

  isReleased(runId: string): boolean {
    return this.#released.has(runId);
  }

  /** Its turn is next: it had come before. */
  putBack(runId: string): void {
    this.#held.delete(runId);
    this.#waiting.unshift(runId);
  }
}
