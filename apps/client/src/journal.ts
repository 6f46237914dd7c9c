// Owns: the files of one session: what was logged and is not yet known to be stored. A file is a batch and its name the batch's key, so what is sent
// twice is the same twice. Must not know: HTTP, what lines say.
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** What is needed to send a session's files from another process. */
export interface SessionHeader {
  readonly url: string;
  /** Input of `createRun`, with key and session. */
  readonly run: Readonly<Record<string, unknown>>;
  /** The process that writes; while it lives, nobody else sends. */
  readonly pid: number;
}

/** A batch is closed from this size on: below what one request may carry. */
export interface BatchLimit {
  readonly points: number;
  readonly bytes: number;
}

const HEADER = "session.json";
const OPEN = ".open";
const CLOSED = ".batch";

/** Synchronous on purpose: a line is in the kernel's hands when `append` returns, so a killed process has lost nothing. */
export class Journal {
  readonly folder: string;
  readonly #limit: BatchLimit;
  #file: number | null = null;
  #number: number;
  #points = 0;
  #bytes = 0;

  constructor(folder: string, limit: BatchLimit) {
    this.folder = folder;
    this.#limit = limit;
    this.#number = numbersIn(folder).at(-1) ?? 0;
  }

  static create(folder: string, header: SessionHeader, limit: BatchLimit): Journal {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, HEADER), JSON.stringify(header));
    return new Journal(folder, limit);
  }

  /** Appends a line, which holds so many points. Returns whether it closed a batch. */
  append(line: string, points: number): boolean {
    const bytes = Buffer.byteLength(line) + 1;
    // A line that would not fit begins a batch of its own.
    const closed = this.#points > 0 && (this.#points + points > this.#limit.points || this.#bytes + bytes > this.#limit.bytes);
    if (closed) this.close();
    this.#file ??= openSync(this.#path(++this.#number, OPEN), "a");
    writeSync(this.#file, `${line}\n`);
    this.#points += points;
    this.#bytes += bytes;
    return closed;
  }

  /** Ends the batch that is being written, if one is. */
  close(): void {
    if (this.#file === null) return;
    closeSync(this.#file);
    renameSync(this.#path(this.#number, OPEN), this.#path(this.#number, CLOSED));
    [this.#file, this.#points, this.#bytes] = [null, 0, 0];
  }

  /** Takes what a dead process left open as batches too. */
  closeLeftover(): void {
    for (const name of readdirSync(this.folder))
      if (name.endsWith(OPEN)) renameSync(join(this.folder, name), join(this.folder, `${name.slice(0, -OPEN.length)}${CLOSED}`));
  }

  /** Names of closed batches, oldest first. */
  batches(): string[] {
    return existsSync(this.folder)
      ? readdirSync(this.folder)
          .filter((name) => name.endsWith(CLOSED))
          .map((name) => name.slice(0, -CLOSED.length))
          .toSorted()
      : [];
  }

  /** The whole lines of a batch: a last one without its end was never acknowledged to anybody. */
  read(batch: string): string[] {
    return readFileSync(join(this.folder, `${batch}${CLOSED}`), "utf8")
      .split("\n")
      .slice(0, -1);
  }

  /** The batch is stored. */
  remove(batch: string): void {
    unlinkSync(join(this.folder, `${batch}${CLOSED}`));
  }

  /** The batch will never be stored: it is kept for a person. */
  setAside(batch: string): void {
    mkdirSync(join(this.folder, "refused"), { recursive: true });
    renameSync(join(this.folder, `${batch}${CLOSED}`), join(this.folder, "refused", `${batch}.jsonl`));
  }

  /** Removes the folder, unless something in it was refused. */
  end(): void {
    if (!existsSync(join(this.folder, "refused"))) rmSync(this.folder, { recursive: true, force: true });
  }

  #path(number: number, state: string): string {
    return join(this.folder, `${String(number).padStart(9, "0")}${state}`);
  }
}

const numbersIn = (folder: string): number[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .flatMap((name) => /^(\d{9})\./.exec(name)?.[1] ?? [])
        .map(Number)
        .toSorted((a, b) => a - b)
    : [];

/** Sessions under `root` whose process is gone. */
export function leftoverSessions(root: string): { readonly folder: string; readonly header: SessionHeader }[] {
  if (!existsSync(root)) return [];
  return readdirSync(root).flatMap((name) => {
    try {
      const folder = join(root, name);
      const header = JSON.parse(readFileSync(join(folder, HEADER), "utf8")) as SessionHeader;
      return lives(header.pid) ? [] : [{ folder, header }];
    } catch {
      // Tolerates a folder that another process removes or has just made.
      return [];
    }
  });
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Tolerates a process of another user: it lives.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
