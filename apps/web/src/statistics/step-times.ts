// Owns: when a run's steps were logged, as far as it is known: a rising line through the places that were answered. Must not know: where they come from.

/** With more places than these every second one goes: a page that stays open does not grow. Even, so that the first and the newest stay. */
const MOST = 1_600;

const isKept = (_: unknown, at: number): boolean => at % 2 === 0;

export class StepTimes {
  #steps: number[] = [];
  #seconds: number[] = [];

  /** Steps rise from one call to the next; what is known already is passed over. A clock that falls back stays where it was. */
  add(step: number, seconds: number): void {
    if (step <= this.lastStep) return;
    this.#steps.push(step);
    this.#seconds.push(Math.max(seconds, this.#seconds.at(-1) ?? -Infinity));
    if (this.#steps.length <= MOST) return;
    [this.#steps, this.#seconds] = [this.#steps.filter(isKept), this.#seconds.filter(isKept)];
  }

  /** The last step that is known; -Infinity before the first. */
  get lastStep(): number {
    return this.#steps.at(-1) ?? -Infinity;
  }

  /** Linear between two places. Null before the first and after `reached`; what was reached since the last place stands at it until it is asked for. */
  at(step: number, reached: number): number | null {
    if (step > reached) return null;
    return placeBetween(this.#steps, this.#seconds, Math.min(step, this.lastStep));
  }
}

/** Linear between the places of the steps beside it, both rising; null outside of them. */
export function placeBetween(steps: readonly number[], places: readonly number[], step: number): number | null {
  if (!(step >= (steps[0] ?? Infinity) && step <= (steps.at(-1) ?? -Infinity))) return null;
  let [low, high] = [0, steps.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] ?? 0) < step) low = middle + 1;
    else high = middle;
  }
  const [right, atRight] = [steps[low] ?? 0, places[low] ?? 0];
  if (low === 0 || right === step) return atRight;
  const [left, atLeft] = [steps[low - 1] ?? 0, places[low - 1] ?? 0];
  return atLeft + ((step - left) / (right - left)) * (atRight - atLeft);
}
