// Owns: rows in Postgres' binary COPY format. Must not know: which table takes them.
// https://www.postgresql.org/docs/18/sql-copy.html#SQL-COPY-FILE-FORMATS

const SIGNATURE = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
/** Microseconds from 1970 to Postgres' epoch, 2000-01-01. */
const EPOCH_MICROSECONDS = 946_684_800_000_000n;

/** Grows as it is written to; `finish` gives the whole file once. */
export class CopyRows {
  #buffer = Buffer.allocUnsafe(1 << 16);
  #length = SIGNATURE.copy(this.#buffer);

  /** Begins a row of so many columns. */
  row(columns: number): this {
    this.#reserve(2);
    this.#length = this.#buffer.writeInt16BE(columns, this.#length);
    return this;
  }

  int4(value: number | null): this {
    if (value === null) return this.#null();
    this.#field(4);
    this.#length = this.#buffer.writeInt32BE(value, this.#length);
    return this;
  }

  int8(value: number | bigint): this {
    this.#field(8);
    this.#length = this.#buffer.writeBigInt64BE(BigInt(value), this.#length);
    return this;
  }

  float8(value: number | null): this {
    if (value === null) return this.#null();
    this.#field(8);
    this.#length = this.#buffer.writeDoubleBE(value, this.#length);
    return this;
  }

  /** `value`: milliseconds since 1970. */
  timestamptz(value: number): this {
    return this.int8(BigInt(Math.round(value * 1000)) - EPOCH_MICROSECONDS);
  }

  bytea(value: Uint8Array | null): this {
    if (value === null) return this.#null();
    this.#field(value.byteLength);
    this.#buffer.set(value, this.#length);
    this.#length += value.byteLength;
    return this;
  }

  finish(): Buffer {
    this.#reserve(2);
    this.#length = this.#buffer.writeInt16BE(-1, this.#length);
    return this.#buffer.subarray(0, this.#length);
  }

  #null(): this {
    this.#reserve(4);
    this.#length = this.#buffer.writeInt32BE(-1, this.#length);
    return this;
  }

  #field(bytes: number): void {
    this.#reserve(4 + bytes);
    this.#length = this.#buffer.writeInt32BE(bytes, this.#length);
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#buffer.length, this.#length + bytes));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

/** The fields of every row of a binary COPY file that came in parts, each in memory of its own: at its beginning, as typed arrays want it. @throws RangeError for anything else */
export function* copiedRows(parts: readonly Buffer[]): Generator<Buffer[]> {
  const file = new Parts(parts);
  if (!file.take(11).equals(SIGNATURE.subarray(0, 11))) throw new RangeError("not a binary COPY file");
  file.take(SIGNATURE.length - 15);
  file.take(file.int4());
  for (;;) {
    const columns = file.take(2).readInt16BE();
    if (columns === -1) return;
    const row: Buffer[] = [];
    for (let column = 0; column < columns; column++) row.push(file.take(Math.max(0, file.int4())));
    yield row;
  }
}

/** Bytes that came in parts, read one after another. */
class Parts {
  readonly #parts: readonly Buffer[];
  #part = 0;
  #at = 0;

  constructor(parts: readonly Buffer[]) {
    this.#parts = parts;
  }

  int4(): number {
    const part = this.#parts[this.#part];
    if (part === undefined || this.#at + 4 > part.length) return this.take(4).readInt32BE();
    this.#at += 4;
    return part.readInt32BE(this.#at - 4);
  }

  /** The next bytes, copied. */
  take(length: number): Buffer {
    const bytes = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      const part = this.#parts[this.#part];
      if (part === undefined) throw new RangeError(`a COPY file ended ${length - filled} bytes early`);
      const some = part.subarray(this.#at, this.#at + length - filled);
      bytes.set(some, filled);
      filled += some.length;
      this.#at += some.length;
      if (this.#at < part.length) continue;
      this.#part++;
      this.#at = 0;
    }
    return Buffer.from(bytes.buffer);
  }
}
