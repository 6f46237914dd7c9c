// Owns: which execution runs where and when: a line, a fixed number of slots, replacement of slots that broke. Must not know: verdicts.
export interface Slot {
  readonly healthy: boolean;
  /** Living processes that no execution accounts for; must stay 0. */
  strays(): number;
  close(): Promise<void>;
}

/** Counted since the pool was made, except `running`, `waiting` and `leakedProcesses`, which are now. Times in milliseconds. */
export interface PoolLoad {
  readonly running: number;
  readonly waiting: number;
  readonly finished: number;
  /** Slot time in use, and time that executions stood in line, summed over executions. */
  readonly busyMs: number;
  readonly queueWaitMs: number;
  readonly replacedSlots: number;
  readonly leakedProcesses: number;
}

interface Ticket {
  readonly places: number;
  readonly admit: () => void;
  readonly refuse: (error: Error) => void;
}

/** A fixed number of slots and a line before them, strictly first come first served. */
export class SlotPool<S extends Slot> {
  readonly size: number;
  readonly #make: () => Promise<S>;
  readonly #idle: S[] = [];
  readonly #line: Ticket[] = [];
  readonly #counts = { running: 0, finished: 0, busyMs: 0, queueWaitMs: 0, replacedSlots: 0 };
  #free: number;
  #closed = false;

  constructor(size: number, make: () => Promise<S>) {
    this.size = size;
    this.#free = size;
    this.#make = make;
  }

  load(): PoolLoad {
    const leakedProcesses = this.#idle.reduce((sum, slot) => sum + slot.strays(), 0);
    return { ...this.#counts, waiting: this.#line.length, leakedProcesses };
  }

  /** Makes every slot, and `ready`, before the first is used. @throws what making one throws, after ending the others */
  async fill(ready: (slot: S) => Promise<unknown>): Promise<void> {
    const made = await Promise.all(Array.from({ length: this.size }, () => this.#make()));
    this.#idle.push(...made);
    const failed = (await Promise.allSettled(made.map(ready))).find(({ status }) => status === "rejected");
    if (failed?.status !== "rejected") return;
    await this.close();
    throw failed.reason;
  }

  /** Runs `work` on a slot of its own; a slot that is not healthy afterwards is thrown away and replaced by the next user. */
  use<T>(work: (slot: S) => Promise<T>): Promise<T> {
    return this.#work(work, 1);
  }

  /** Runs `work` while nothing else of this pool runs. Those who come later wait for it. */
  useAlone<T>(work: (slot: S) => Promise<T>): Promise<T> {
    return this.#work(work, this.size);
  }

  /** Refuses those in line, waits for those that run, and ends every slot. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const ticket of this.#line.splice(0)) ticket.refuse(closed());
    await new Promise<void>((resolve, reject) => {
      this.#line.push({ places: this.size, admit: resolve, refuse: reject });
      this.#admit();
    });
    await Promise.all(this.#idle.splice(0).map((slot) => slot.close()));
    this.#free = this.size;
  }

  async #work<T>(work: (slot: S) => Promise<T>, places: number): Promise<T> {
    const came = performance.now();
    await this.#enter(places);
    const admitted = performance.now();
    this.#counts.queueWaitMs += admitted - came;
    this.#counts.running += 1;
    let slot: S | undefined;
    try {
      slot = this.#idle.pop() ?? (await this.#make());
      return await work(slot);
    } finally {
      if (slot?.healthy) this.#idle.push(slot);
      else {
        this.#counts.replacedSlots += 1;
        void slot?.close();
      }
      this.#counts.running -= 1;
      this.#counts.finished += 1;
      this.#counts.busyMs += performance.now() - admitted;
      this.#free += places;
      this.#admit();
    }
  }

  #enter(places: number): Promise<void> {
    if (this.#closed) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      this.#line.push({ places, admit: resolve, refuse: reject });
      this.#admit();
    });
  }

  /** Lets in who stands first, as long as there is room: who needs the whole pool holds up those behind until it is empty. */
  #admit(): void {
    for (let first = this.#line[0]; first !== undefined && first.places <= this.#free; first = this.#line[0]) {
      this.#line.shift();
      this.#free -= first.places;
      first.admit();
    }
  }
}

const closed = (): Error => new Error("the sandbox is closed");
