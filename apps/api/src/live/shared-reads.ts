// Owns: that many who read the same at the same moment read it once. Must not know: what is read.

/** Runs `read`, or waits for the one of the same key that is under way. */
export type SharedReads = <Result>(key: string, read: () => Promise<Result>) => Promise<Result>;

/**
 * A key must name all that decides the answer, and the moment: with the mark of an EventWake taken before, nobody is given an answer that is older
 * than what he was woken by.
 */
export function shareReads(): SharedReads {
  const underWay = new Map<string, Promise<unknown>>();
  return <Result>(key: string, read: () => Promise<Result>): Promise<Result> => {
    const reading = underWay.get(key) as Promise<Result> | undefined;
    if (reading !== undefined) return reading;
    const started = read().finally(() => underWay.delete(key));
    underWay.set(key, started);
    return started;
  };
}
