// Owns: a stream read to its end and then followed: backlog, then live, no gap and no duplicate. Must not know: SQL, sockets, GraphQL.

export interface Tail<Item> {
  /** Items after the position, oldest first, at most `limit`. */
  read(after: bigint, limit: number): Promise<readonly Item[]>;
  positionOf(item: Item): bigint;
  /** Taken before a read, given to the sleep after it: what happens in between ends the sleep at once. */
  mark(): number;
  sleep(mark: number, signal: AbortSignal): Promise<void>;
}

const BATCH = 200;

async function* follow<Item>(tail: Tail<Item>, from: bigint, signal: AbortSignal): AsyncGenerator<Item> {
  let position = from;
  while (!signal.aborted) {
    const mark = tail.mark();
    const items = await tail.read(position, BATCH);
    for (const item of items) {
      yield item;
      position = tail.positionOf(item);
    }
    if (items.length < BATCH) await tail.sleep(mark, signal);
  }
}

/**
 * Follows the stream after `from` until it is returned. It is pulled: nothing is read ahead of a slow consumer but one batch. Returning ends a
 * sleep at once, which a bare generator would not.
 */
export function followTail<Item>(tail: Tail<Item>, from: bigint): AsyncIterableIterator<Item> {
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
