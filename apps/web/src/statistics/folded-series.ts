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

export interface FoldedMean {
  readonly at: number;
  readonly step: number;
  readonly mean: number;
  readonly count: number;
}

export class FoldedSeries {
  readonly #most: number;
  #width: number;
  #buckets = new Map<number, Bucket>();
  #lastStep = -Infinity;
  /** What was asked for last: charts ask for all of their lines again where one has changed. */
  #known: { readonly width: number; readonly means: readonly FoldedMean[] } | undefined;

  /** `width`: a power of two. `most`: with more buckets than these each two become one, so that a page that stays open does not grow. */
  constructor(width: number, answered: readonly AnsweredBucket[], most = Infinity) {
    this.#width = width;
    this.#most = most;
    for (const { fromStep, toStep, mean, count, nonFinite } of answered) {
      const finite = count - nonFinite;
      const bucket = this.#bucketOf(fromStep, toStep);
      bucket.sum += (mean ?? 0) * finite;
      bucket.finite += finite;
    }
  }

  /** A power of two; buckets begin at its multiples. */
  get width(): number {
    return this.#width;
  }

  /** A point of a step that was seen already is a repetition across the answer's and the stream's border: it is left out. */
  add(step: number, value: WireNumber): void {
    if (step <= this.#lastStep) return;
    const bucket = this.#bucketOf(step, step);
    if (typeof value !== "number") return;
    bucket.sum += value;
    bucket.finite += 1;
    while (this.#buckets.size > this.#most) {
      this.#buckets = this.#wider(2 * this.#width);
      this.#width *= 2;
    }
  }

  get lastStep(): number {
    return this.#lastStep;
  }

  /** Buckets with finite values by step: number of the bucket, its last step, its mean, and of how many points. */
  means(width = this.#width): readonly FoldedMean[] {
    if (this.#known?.width !== width) this.#known = { width, means: this.#meansOf(width) };
    return this.#known.means;
  }

  #meansOf(width: number): FoldedMean[] {
    const means: FoldedMean[] = [];
    let isInOrder = true;
    for (const [at, { toStep, sum, finite }] of width === this.#width ? this.#buckets : this.#wider(width)) {
      if (finite === 0) continue;
      isInOrder &&= at > (means.at(-1)?.at ?? -Infinity);
      means.push({ at, step: toStep, mean: sum / finite, count: finite });
    }
    // Steps mostly come in order: a sort in every frame is spared.
    return isInOrder ? means : means.sort((one, other) => one.at - other.at);
  }

  #wider(width: number): Map<number, Bucket> {
    const wider = new Map<number, Bucket>();
    for (const [at, bucket] of this.#buckets) {
      const key = Math.floor((at * this.#width) / width);
      const into = wider.get(key);
      if (into === undefined) wider.set(key, { ...bucket });
      else {
        into.toStep = Math.max(into.toStep, bucket.toStep);
        into.sum += bucket.sum;
        into.finite += bucket.finite;
      }
    }
    return wider;
  }

  #bucketOf(fromStep: number, toStep: number): Bucket {
    this.#known = undefined;
    const at = Math.floor(fromStep / this.#width);
    let bucket = this.#buckets.get(at);
    if (bucket === undefined) this.#buckets.set(at, (bucket = { toStep, sum: 0, finite: 0 }));
    bucket.toStep = Math.max(bucket.toStep, toStep);
    this.#lastStep = Math.max(this.#lastStep, toStep);
    return bucket;
  }
}
