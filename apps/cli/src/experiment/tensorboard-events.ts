// Owns: scalars out of TensorBoard's event files: records with checksums, protobuf events inside. Must not know: where points go.
// Formats: tensorflow/core/lib/io/record_writer.h, tensorflow/core/util/event.proto, tensorflow/core/framework/{summary,tensor}.proto.
import protobuf from "protobufjs/minimal.js";

export interface ScalarPoint {
  readonly name: string;
  readonly step: number;
  readonly value: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** What a file held beside scalars, and whether it ends in the middle of a record. */
export interface EventTally {
  /** Values of other kinds: images, texts, histograms. */
  others: number;
  isCut: boolean;
}

const CASTAGNOLI = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc >>> 0;
});

/** CRC-32C as records carry it: rotated and offset, so that a checksum of data that holds checksums stays one. */
function maskedCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CASTAGNOLI[(crc ^ byte) & 0xff] ?? 0);
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** The scalars of one file in their order. @throws Error that says where a record is broken; a file that ends inside of one was cut, which a killed writer does */
export function* scalarsOf(file: Buffer, tally: EventTally): Generator<ScalarPoint> {
  for (let at = 0; at < file.length;) {
    if (at + 12 > file.length) return void (tally.isCut = true);
    const length = Number(file.readBigUInt64LE(at));
    if (file.readUInt32LE(at + 8) !== maskedCrc(file.subarray(at, at + 8)))
      throw new Error(`byte ${at}: not a record of an event file, or a broken one`);
    if (at + 16 + length > file.length) return void (tally.isCut = true);
    const data = file.subarray(at + 12, at + 12 + length);
    if (file.readUInt32LE(at + 12 + length) !== maskedCrc(data)) throw new Error(`byte ${at}: a record's checksum is another one`);
    yield* scalarsIn(data, tally);
    at += 16 + length;
  }
}

function* scalarsIn(event: Buffer, tally: EventTally): Generator<ScalarPoint> {
  const reader = protobuf.Reader.create(event);
  let [time, step] = [0, 0];
  const values: { name: string; value: number | null }[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) time = reader.double();
    else if (tag >>> 3 === 2) step = Number(reader.int64());
    else if (tag >>> 3 === 5) {
      const end = reader.uint32() + reader.pos;
      while (reader.pos < end) {
        const inner = reader.uint32();
        if (inner >>> 3 === 1) values.push(valueOf(reader));
        else reader.skipType(inner & 7);
      }
    } else reader.skipType(tag & 7);
  }
  for (const { name, value } of values) {
    if (value === null) tally.others++;
    else yield { name, step, value, time: Math.round(time * 1_000) };
  }
}

function valueOf(reader: protobuf.Reader): { name: string; value: number | null } {
  const end = reader.uint32() + reader.pos;
  const read: { name: string; value: number | null } = { name: "", value: null };
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) read.name = reader.string();
    else if (tag >>> 3 === 2) read.value = reader.float();
    else if (tag >>> 3 === 8) read.value = scalarTensor(Buffer.from(reader.bytes()));
    else reader.skipType(tag & 7);
  }
  return read;
}

const [FLOAT, DOUBLE] = [1, 2];

/** A tensor of one number, as newer writers have scalars; null for any other. */
function scalarTensor(tensor: Buffer): number | null {
  const reader = protobuf.Reader.create(tensor);
  let [type, hasDimensions] = [0, false];
  let value: number | null = null;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) type = reader.int32();
    else if (tag >>> 3 === 2) hasDimensions = reader.bytes().length > 0;
    else if (tag >>> 3 === 4) {
      const bytes = Buffer.from(reader.bytes());
      if (type === FLOAT && bytes.length === 4) value = bytes.readFloatLE();
      if (type === DOUBLE && bytes.length === 8) value = bytes.readDoubleLE();
    } else if (tag >>> 3 === 5 || tag >>> 3 === 6) {
      // Numbers stand alone or packed behind a length.
      if ((tag & 7) === 2) reader.uint32();
      value = tag >>> 3 === 5 ? reader.float() : reader.double();
    } else reader.skipType(tag & 7);
  }
  return hasDimensions ? null : value;
}
