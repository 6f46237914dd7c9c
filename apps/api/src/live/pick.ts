// Owns: a stream made of another one: each item something else, or left out. Must not know: what items are.

/** `pick` returns null for what is left out. Returning ends the source. */
export function pick<Item, Picked>(
  source: AsyncIterableIterator<Item>,
  pick: (item: Item) => Picked | null,
): AsyncIterableIterator<Picked> {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      for (;;) {
        const { done, value } = await source.next();
        if (done === true) return { done, value: undefined };
        const picked = pick(value);
        if (picked !== null) return { done: false, value: picked };
      }
    },
    async return() {
      await source.return?.();
      return { done: true, value: undefined };
    },
  };
}
