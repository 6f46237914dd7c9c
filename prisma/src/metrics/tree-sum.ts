// Owns: a sum whose order depends on the steps of its values alone, so that parts may be summed long before the whole. Must not know: SQL, buckets, chunks.
//
// Steps are leaves of a binary tree by their bits, and each node is the sum of its two halves. A stretch of 2^k steps that begins at one of its multiples is a node:
// its sum is the same number to the last bit, whether its values are added now or were added when they were stored.

/** Sums that overflow go on as multiples of this: 2^32 values of any size do not overflow then. */
const SMALLER = 2 ** -40;

/** Give it values, or sums of whole nodes, in the order of steps; then `join`. */
export class TreeSum {
  /** By level: the left half of a node of 2^(level + 1) steps, which waits for the right half. */
  readonly #waiting = new Float64Array(32);
  /** A bit a level: whether one waits. */
  #levels = 0;
  /** What was added last, with what is joined to it. */
  #sum = 0;
  #isEmpty = true;
  #lastStep = 0;
  /** Whether some sum is to be taken times 1 / SMALLER: the last one, and of those that wait a bit a level. */
  #someAreLarge = false;
  #isLarge = false;
  #largeLevels = 0;

  /** `sum`: finite, of the values from `fromStep` to `toStep`, which are of one node; no other value of these steps is given. */
  add(fromStep: number, toStep: number, sum: number): void {
    if (!this.#isEmpty) {
      // The highest bit in which they differ is where the tree parts them: what waits below it is complete.
      const level = 31 - Math.clz32(this.#lastStep ^ fromStep);
      const below = (1 << level) - 1;
      this.#joinLevels(this.#levels & below);
      this.#levels = (this.#levels & ~below) | (1 << level);
      this.#waiting[level] = this.#sum;
      if (this.#someAreLarge) this.#wait(level);
    }
    this.#sum = sum;
    this.#isEmpty = false;
    this.#lastStep = toStep;
  }

  /** Sums all that was added since `clear`. */
  join(): void {
    this.#joinLevels(this.#levels);
    this.#levels = 0;
  }

  clear(): void {
    this.#levels = this.#sum = 0;
    this.#isEmpty = true;
    this.#someAreLarge = this.#isLarge = false;
  }

  /** After `join`: the sum, 0 of nothing; infinite where it, or a part of it, is too large for a number. */
  get sum(): number {
    return this.#isLarge ? Number.POSITIVE_INFINITY : this.#sum;
  }

  /** After `join`: the sum by `count`, also where the sum is too large for a number. */
  over(count: number): number {
    const mean = this.#sum / count;
    return this.#isLarge ? mean / SMALLER : mean;
  }

  #joinLevels(levels: number): void {
    for (let left = levels; left !== 0; left &= left - 1) {
      const level = 31 - Math.clz32(left & -left);
      const sum = (this.#waiting[level] as number) + this.#sum;
      // Neither infinity nor NaN equals itself after the subtraction.
      if (sum - sum === 0 && !this.#someAreLarge) this.#sum = sum;
      else this.#joinLarge(level);
    }
  }

  #joinLarge(level: number): void {
    if (!this.#someAreLarge) this.#largeLevels = 0;
    this.#someAreLarge = true;
    const left = this.#waiting[level] as number;
    const isLeftLarge = ((this.#largeLevels >>> level) & 1) === 1;
    const sum = left + this.#sum;
    if (sum - sum === 0 && !isLeftLarge && !this.#isLarge) {
      this.#sum = sum;
      return;
    }
    this.#sum = left * (isLeftLarge ? 1 : SMALLER) + this.#sum * (this.#isLarge ? 1 : SMALLER);
    this.#isLarge = true;
  }

  /** The last sum waits on this level, as large as it is. */
  #wait(level: number): void {
    this.#largeLevels = (this.#largeLevels & ~(1 << level)) | (this.#isLarge ? 1 << level : 0);
    this.#isLarge = false;
  }
}
