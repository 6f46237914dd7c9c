// Owns: which execution runs where and when: a line, how many run at once, slots and spare ones, replacement of slots that broke.
// Must not know: verdicts.
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
  /** Lets in only when no slot is in use, and nobody else until it has been left. */
  readonly alone: boolean;
  readonly admit: () => void;
  readonly refuse: (error: Error) => void;
}

/** What runs on a slot. `leave` says that it runs no longer and only its slot is still to be cleared: a spare slot, if there is one, may be taken then. */
export type Work<S, T> = (slot: S, leave: () => void) => Promise<T>;

/**
 * So many executions at once, and a line before them, strictly first come first served. `spares` are slots beyond `size`: an execution that has left
 * makes room for the next while its own slot is being cleared. A slot is never used by two.
 */
export class SlotPool<S extends Slot> {
  readonly size: number;
  readonly #slots: number;
  readonly #make: () => Promise<S>;
  readonly #idle: S[] = [];
  readonly #line: Ticket[] = [];
  readonly #counts = { running: 0, finished: 0, busyMs: 0, queueWaitMs: 0, replacedSlots: 0 };
  /** Places taken by those who run; slots in use, by those who run or have left. */
  #taken = 0;
  #used = 0;
  #closed = false;

  constructor(size: number, make: () => Promise<S>, spares = 0) {
    this.size = size;
    this.#slots = size + spares;
    this.#make = make;
  }

  load(): PoolLoad {
    const leakedProcesses = this.#idle.reduce((sum, slot) => sum + slot.strays(), 0);
    return { ...this.#counts, waiting: this.#line.length, leakedProcesses };
  }

  /** Makes every slot, and `ready`, before the first is used. @throws what making one throws, after ending the others */
  async fill(ready: (slot: S) => Promise<unknown>): Promise<void> {
    const made = await Promise.all(Array.from({ length: this.#slots }, () => this.#make()));
    this.#idle.push(...made);
    const failed = (await Promise.allSettled(made.map(ready))).find(({ status }) => status === "rejected");
    if (failed?.status !== "rejected") return;
    await this.close();
    throw failed.reason;
  }

  /** Runs `work` on a slot of its own; a slot that is not healthy afterwards is thrown away and replaced by the next user. */
  use<T>(work: Work<S, T>): Promise<T> {
    return this.#work(work, false);
  }

  /** Runs `work` while nothing else of this pool runs. Those who come later wait for it. */
  useAlone<T>(work: Work<S, T>): Promise<T> {
    return this.#work(work, true);
  }

  /** Refuses those in line, waits for those that run, and ends every slot. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const ticket of this.#line.splice(0)) ticket.refuse(closed());
    await new Promise<void>((resolve, reject) => {
      this.#line.push({ alone: true, admit: resolve, refuse: reject });
      this.#admit();
    });
    await Promise.all(this.#idle.splice(0).map((slot) => slot.close()));
    this.#taken = 0;
    this.#used = 0;
  }

  async #work<T>(work: Work<S, T>, alone: boolean): Promise<T> {
    const came = performance.now();
    await this.#enter(alone);
    const admitted = performance.now();
    this.#counts.queueWaitMs += admitted - came;
    this.#counts.running += 1;
    let running = true;
    const leave = (): void => {
      if (!running) return;
      running = false;
      this.#counts.running -= 1;
      this.#counts.busyMs += performance.now() - admitted;
      this.#taken -= alone ? this.size : 1;
      this.#admit();
    };
    let slot: S | undefined;
    try {
      slot = this.#idleSlot() ?? (await this.#make());
      return await work(slot, leave);
    } finally {
      if (slot?.healthy) this.#idle.push(slot);
      else this.#discard(slot);
      this.#counts.finished += 1;
      this.#used -= 1;
      if (running) leave();
      else this.#admit();
    }
  }

  /** The slot that was used last, or undefined where one is to be made. */
  #idleSlot(): S | undefined {
    for (let slot = this.#idle.pop(); slot !== undefined; slot = this.#idle.pop()) {
      if (slot.healthy) return slot;
      this.#discard(slot);
    }
    return undefined;
  }

  #discard(slot: S | undefined): void {
    this.#counts.replacedSlots += 1;
    void slot?.close();
  }

  #enter(alone: boolean): Promise<void> {
    if (this.#closed) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      this.#line.push({ alone, admit: resolve, refuse: reject });
      this.#admit();
    });
  }

  /** Lets in who stands first, as long as there is room: who needs the whole pool holds up those behind until it is empty. */
  #admit(): void {
    for (let first = this.#line[0]; first !== undefined && this.#hasRoom(first); first = this.#line[0]) {
      this.#line.shift();
      this.#taken += first.alone ? this.size : 1;
      this.#used += 1;
      first.admit();
    }
  }

  #hasRoom({ alone }: Ticket): boolean {
    return alone ? this.#used === 0 : this.#taken < this.size && this.#used < this.#slots;
  }
}

const closed = (): Error => new Error("the sandbox is closed");
