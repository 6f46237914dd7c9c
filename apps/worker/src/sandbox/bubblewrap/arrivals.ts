// Owns: what arrives in the order in which it was made, and is taken by its number, before or after it arrived. Must not know: what it is.

/** Numbers are given from 1 in the order of arrival, and are taken in rising order; what was passed over is thrown away. */
export class Arrivals<T extends { destroy(): unknown }> {
  #arrived = 0;
  readonly #untaken = new Map<number, T>();
  #expected: { readonly ordinal: number; readonly resolve: (one: T) => void } | null = null;

  /** @returns the number of what arrived */
  add(one: T): number {
    this.#arrived += 1;
    this.#untaken.set(this.#arrived, one);
    this.#hand();
    return this.#arrived;
  }

  take(ordinal: number): Promise<T> {
    return new Promise((resolve) => {
      this.#expected = { ordinal, resolve };
      this.#hand();
    });
  }

  untaken(): Iterable<T> {
    return this.#untaken.values();
  }

  #hand(): void {
    const expected = this.#expected;
    if (expected === null) return;
    for (const [ordinal, one] of this.#untaken) {
      if (ordinal > expected.ordinal) return;
      this.#untaken.delete(ordinal);
      if (ordinal < expected.ordinal) one.destroy();
      else {
        this.#expected = null;
        return expected.resolve(one);
      }
    }
  }
}
