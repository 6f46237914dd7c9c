// Owns: which execution runs where and when: a line, a fixed number of slots, replacement of slots that broke. Must not know: verdicts.
export interface Slot {
  readonly healthy: boolean;
  close(): Promise<void>;
}

/** A fixed number of slots and a line before them, first come first served. */
export class SlotPool<S extends Slot> {
  readonly size: number;
  readonly #make: () => Promise<S>;
  readonly #idle: S[] = [];
  readonly #line: (() => void)[] = [];
  #free: number;
  #closed = false;
  #aloneWaiting = 0;

  constructor(size: number, make: () => Promise<S>) {
    this.size = size;
    this.#free = size;
    this.#make = make;
  }

  /** Executions that wait in line. */
  get waiting(): number {
    return this.#line.length;
  }

  /** Executions that run. */
  get running(): number {
    return this.size - this.#free;
  }

  /** Runs `work` on a slot of its own; a slot that is not healthy afterwards is thrown away and replaced by the next user. */
  async use<T>(work: (slot: S) => Promise<T>): Promise<T> {
    await this.#take(() => this.#free > 0 && this.#aloneWaiting === 0, 1);
    return await this.#work(work, 1);
  }

  /** Runs `work` while nothing else of this pool runs. Those who come later wait for it. */
  async useAlone<T>(work: (slot: S) => Promise<T>): Promise<T> {
    this.#aloneWaiting += 1;
    try {
      await this.#take(() => this.#free === this.size, this.size);
    } finally {
      this.#aloneWaiting -= 1;
    }
    return await this.#work(work, this.size);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#signal();
    while (this.#free < this.size) await new Promise<void>((resolve) => this.#line.push(resolve));
    await Promise.all(this.#idle.splice(0).map((slot) => slot.close()));
  }

  async #take(may: () => boolean, count: number): Promise<void> {
    while (!may()) {
      if (this.#closed) throw new Error("the sandbox is closed");
      await new Promise<void>((resolve) => this.#line.push(resolve));
    }
    if (this.#closed) throw new Error("the sandbox is closed");
    this.#free -= count;
  }

  async #work<T>(work: (slot: S) => Promise<T>, count: number): Promise<T> {
    let slot: S | undefined;
    try {
      slot = this.#idle.pop() ?? (await this.#make());
      return await work(slot);
    } finally {
      if (slot?.healthy) this.#idle.push(slot);
      else void slot?.close();
      this.#free += count;
      this.#signal();
    }
  }

  #signal(): void {
    for (const wake of this.#line.splice(0)) wake();
  }
}
