// Owns: one metric of one run in buckets of steps, to which live points are added exactly as if the API had been asked again. Must not know:
// where points come from.
import type { WireNumber } from "../format/number.ts";

/** A bucket as the API answers it. */
export interface AnsweredBucket {
  readonly fromStep: number;
  readonly toStep: number;
  readonly mean?: number | null;
  readonly count: number;
  readonly nonFinite: number;
}

interface Bucket {
  toStep: number;
  sum: number;
  /** Finite values only. */
  finite: number;
}

export class FoldedSeries {
  /** A power of two; buckets begin at its multiples. */
  readonly width: number;
  readonly #buckets = new Map<number, Bucket>();
  #lastStep = -Infinity;

  constructor(width: number, answered: readonly AnsweredBucket[]) {
    this.width = width;
    for (const { fromStep, toStep, mean, count, nonFinite } of answered) {
      const finite = count - nonFinite;
      this.#bucketOf(fromStep, toStep).sum += (mean ?? 0) * finite;
      this.#bucketOf(fromStep, toStep).finite += finite;
    }
  }

  /** A point of a step that was seen already is a repetition across the answer's and the stream's border: it is left out. */
  add(step: number, value: WireNumber): void {
    if (step <= this.#lastStep) return;
    const bucket = this.#bucketOf(step, step);
    if (typeof value !== "number") return;
    bucket.sum += value;
    bucket.finite += 1;
  }

  get lastStep(): number {
    return this.#lastStep;
  }

  /** Buckets with finite values by step: number of the bucket, its last step, its mean, and of how many points. */
  means(width = this.width): { readonly at: number; readonly step: number; readonly mean: number; readonly count: number }[] {
    const wider = new Map<number, Bucket>();
    for (const [at, bucket] of this.#buckets) {
      const key = Math.floor((at * this.width) / width);
      const into = wider.get(key);
      if (into === undefined) wider.set(key, { ...bucket });
      else {
        into.toStep = Math.max(into.toStep, bucket.toStep);
        into.sum += bucket.sum;
        into.finite += bucket.finite;
      }
    }
    return [...wider]
      .filter(([, { finite }]) => finite > 0)
      .sort(([a], [b]) => a - b)
      .map(([at, { toStep, sum, finite }]) => ({ at, step: toStep, mean: sum / finite, count: finite }));
  }

  #bucketOf(fromStep: number, toStep: number): Bucket {
    const at = Math.floor(fromStep / this.width);
    let bucket = this.#buckets.get(at);
    if (bucket === undefined) this.#buckets.set(at, (bucket = { toStep, sum: 0, finite: 0 }));
    bucket.toStep = Math.max(bucket.toStep, toStep);
    this.#lastStep = Math.max(this.#lastStep, toStep);
    return bucket;
  }
}
