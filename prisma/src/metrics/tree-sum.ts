// Owns: a sum whose order depends on the steps of its values alone, so that parts may be summed long before the whole. Must not know: SQL, buckets, chunks.
//
// Steps are leaves of a binary tree by their bits, and each node is the sum of its two halves. A stretch of 2^k steps that begins at one of its multiples is a node:
// its sum is the same number to the last bit, whether its values are added now or were added when they were stored.

/** Steps have 32 bits: so many nodes may wait for their other half, and one more. */
const DEPTH = 33;
/** Sums that overflow go on as multiples of this: 2^32 values of any size do not overflow then. */
const SMALLER = 2 ** -40;

/** Give it values, or sums of whole nodes, in the order of steps; then `join`. */
export class TreeSum {
  readonly #sums = new Float64Array(DEPTH);
  /** Whether the sum is to be taken times 1 / SMALLER. */
  readonly #isLarge = new Uint8Array(DEPTH);
  /** The bit in which the steps of a sum and of the one before it differ first: falls from one to the next. */
  readonly #splits = new Int8Array(DEPTH);
  #depth = 0;
  #lastStep = 0;

  /** `sum`: finite, of the values from `fromStep` to `toStep`, which are of one node; no other value of these steps is given. */
  add(fromStep: number, toStep: number, sum: number): void {
    if (this.#depth > 0) {
      const split = 31 - Math.clz32(this.#lastStep ^ fromStep);
      while (this.#depth > 1 && (this.#splits[this.#depth - 1] as number) < split) this.#joinTwo();
      this.#splits[this.#depth] = split;
    }
    this.#sums[this.#depth] = sum;
    this.#isLarge[this.#depth] = 0;
    this.#depth++;
    this.#lastStep = toStep;
  }

  /** Sums all that was added since `clear`. */
  join(): void {
    while (this.#depth > 1) this.#joinTwo();
  }

  clear(): void {
    this.#depth = 0;
  }

  /** After `join`: the sum, 0 of nothing; infinite where it, or a part of it, is too large for a number. */
  get sum(): number {
    if (this.#depth === 0) return 0;
    return this.#isLarge[0] === 1 ? Number.POSITIVE_INFINITY : (this.#sums[0] as number);
  }

  /** After `join`: the sum by `count`, also where the sum is too large for a number. */
  over(count: number): number {
    const mean = (this.#sums[0] as number) / count;
    return this.#isLarge[0] === 1 ? mean / SMALLER : mean;
  }

  #joinTwo(): void {
    const right = --this.#depth;
    const left = right - 1;
    const sum = (this.#sums[left] as number) + (this.#sums[right] as number);
    // Neither infinity nor NaN equals itself after the subtraction.
    if (sum - sum === 0 && this.#isLarge[left] === 0 && this.#isLarge[right] === 0) {
      this.#sums[left] = sum;
      return;
    }
    this.#sums[left] = this.#small(left) + this.#small(right);
    this.#isLarge[left] = 1;
  }

  #small(at: number): number {
    return (this.#sums[at] as number) * (this.#isLarge[at] === 1 ? 1 : SMALLER);
  }
}
