import { BATCH, followTail, foundBy } from "@gradus/api/live/tail";
import { expect, test } from "vitest";

/** A stream in memory whose readers sleep until something is appended after their mark. */
function memoryStream() {
  const items: bigint[] = [];
  let wake = Promise.withResolvers<void>();
  let reads = 0;
  return {
    append(count: number) {
      for (let at = 0; at < count; at++) items.push(BigInt(items.length + 1));
      wake.resolve();
      wake = Promise.withResolvers();
    },
    reads: () => reads,
    tail: {
      read: async (after: bigint) => {
        reads++;
        return foundBy(items.filter((item) => item > after).slice(0, BATCH), after, (item) => item);
      },
      mark: () => items.length,
      async sleep(mark: number, signal: AbortSignal) {
        if (items.length > mark || signal.aborted) return;
        await Promise.race([wake.promise, new Promise((resolve) => signal.addEventListener("abort", resolve))]);
      },
    },
  };
}

test("a tail gives what is stored after its position, then what is appended, each once", async () => {
  const stream = memoryStream();
  stream.append(450);
  const seen: bigint[] = [];
  const following = (async () => {
    for await (const item of followTail(stream.tail, 3n)) {
      seen.push(item);
      if (seen.length === 500) break;
    }
  })();
  for (let at = 0; at < 60; at++) {
    await Promise.resolve();
    stream.append(1);
  }
  await following;
  expect(seen).toEqual(Array.from({ length: 500 }, (_, index) => BigInt(index + 4)));
});

test("what is appended between a read and the sleep after it ends the sleep", async () => {
  const stream = memoryStream();
  const { tail } = stream;
  const items = followTail(
    { ...tail, sleep: async (mark, signal) => (stream.reads() === 1 && stream.append(1), tail.sleep(mark, signal)) },
    0n,
  );
  expect(await items.next()).toEqual({ done: false, value: 1n });
  await items.return?.();
});

test("returning from a tail that sleeps ends it at once, and it reads no more", async () => {
  const stream = memoryStream();
  const items = followTail(stream.tail, 0n);
  const next = items.next();
  await Promise.resolve();
  await items.return?.();
  expect(await next).toEqual({ done: true, value: undefined });
  const reads = stream.reads();
  stream.append(1);
  expect(await items.next()).toEqual({ done: true, value: undefined });
  expect(stream.reads()).toBe(reads);
});

test("nothing is read ahead of a slow consumer but one batch", async () => {
  const stream = memoryStream();
  stream.append(1_000);
  const items = followTail(stream.tail, 0n);
  for (let at = 0; at < 150; at++) await items.next();
  expect(stream.reads()).toBe(1);
  await items.return?.();
});

test("a reader is told how long its consumer took over what it was given", async () => {
  const stream = memoryStream();
  stream.append(1);
  const held: number[] = [];
  const { tail } = stream;
  const items = followTail({ ...tail, read: (after: bigint, heldMs: number) => (held.push(heldMs), tail.read(after)) }, 0n);
  await items.next();
  await new Promise((resolve) => setTimeout(resolve, 30));
  const next = items.next();
  stream.append(1);
  await next;
  // Timers may be a millisecond early.
  expect(held[0]).toBe(0);
  expect(held[1]).toBeGreaterThanOrEqual(28);
  await items.return?.();
});
