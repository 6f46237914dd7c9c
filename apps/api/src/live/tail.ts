// Owns: a stream read to its end and then followed: backlog, then live, no gap and no duplicate. Must not know: SQL, sockets, GraphQL.

/** What one read of a stream found. */
export interface Found<Item, Position> {
  readonly items: readonly Item[];
  /** Where the next read goes on once the items are taken: past them, and past what is not for this reader. */
  readonly upTo: Position;
  /** More may be there already. */
  readonly more: boolean;
}

export interface Tail<Item, Position> {
  /**
   * What is after the position, oldest first. `heldMs`: how long the consumer took over what the read before had found, in milliseconds.
   * `mark`: taken just before, it tells the moment.
   */
  read(after: Position, heldMs: number, mark: number): Promise<Found<Item, Position>>;
  /** Taken before a read, given to the sleep after it: what happens in between ends the sleep at once. */
  mark(): number;
  sleep(mark: number, signal: AbortSignal): Promise<void>;
}

/** How many items a read finds at most, where nothing speaks for another number. */
export const BATCH = 200;

/** What a read found that asked for at most `BATCH`. */
export const foundBy = <Item>(items: readonly Item[], after: bigint, positionOf: (item: Item) => bigint): Found<Item, bigint> => {
  const last = items.at(-1);
  return { items, upTo: last === undefined ? after : positionOf(last), more: items.length === BATCH };
};

async function* follow<Item, Position>(tail: Tail<Item, Position>, from: Position, signal: AbortSignal): AsyncGenerator<Item> {
  let [position, heldMs] = [from, 0];
  while (!signal.aborted) {
    const mark = tail.mark();
    const { items, upTo, more } = await tail.read(position, heldMs, mark);
    const given = performance.now();
    for (const item of items) yield item;
    heldMs = performance.now() - given;
    position = upTo;
    if (!more) await tail.sleep(mark, signal);
  }
}

/**
 * Follows the stream after `from` until it is returned. It is pulled: nothing is read ahead of a slow consumer but one batch. Returning ends a
 * sleep at once, which a bare generator would not.
 */
export function followTail<Item, Position>(tail: Tail<Item, Position>, from: Position): AsyncIterableIterator<Item> {
  const stop = new AbortController();
  const items = follow(tail, from, stop.signal);
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => items.next(),
    async return() {
      stop.abort();
      return items.return(undefined);
    },
  };
}
