// Owns: numbers as the little-endian bytes in which the protobuf dialect carries them. Must not know: messages.

/** What the dialect says of the bytes of a tensor. */
export type ArrayKind = "int32" | "int64" | "float32" | "bfloat16";

const WIDTH: Readonly<Record<ArrayKind, number>> = { int32: 4, int64: 8, float32: 4, bfloat16: 2 };

export function packArray(values: readonly number[], kind: Exclude<ArrayKind, "bfloat16">): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.length * WIDTH[kind]);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => {
    if (kind === "int32") view.setInt32(index * 4, value, true);
    else if (kind === "int64") view.setBigInt64(index * 8, BigInt(value), true);
    else view.setFloat32(index * 4, value, true);
  });
  return bytes;
}

/** @throws Error for bytes that are no whole number of values */
export function unpackArray(bytes: Uint8Array, kind: ArrayKind): number[] {
  const width = WIDTH[kind];
  if (bytes.byteLength % width !== 0) throw new Error(`${bytes.byteLength} bytes are no whole number of ${kind} values`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / width }, (_, index) => {
    if (kind === "int32") return view.getInt32(index * 4, true);
    if (kind === "int64") return Number(view.getBigInt64(index * 8, true));
    if (kind === "float32") return view.getFloat32(index * 4, true);
    return widen(view.getUint16(index * 2, true));
  });
}

const word = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
function widen(upper: number): number {
  word.setUint32(0, upper << 16);
  return word.getFloat32(0);
}
