// Owns: the safetensors file format (github.com/huggingface/safetensors, format section of its README), float32 tensors only.
// Must not know: what the tensors are.

export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: readonly NamedTensor[];
}

const LENGTH_BYTES = 8;
/** The reference implementation refuses headers above this. */
const MAX_HEADER_BYTES = 100_000_000;

/** Bytes of a file; equal content gives equal bytes (tensors in the given order, metadata keys sorted). */
export function encodeSafetensors({ metadata, tensors }: SafetensorsFile): Uint8Array {
  let offset = 0;
  const header: Record<string, unknown> = {
    __metadata__: Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  for (const { name, shape, values } of tensors) {
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  // Padding with spaces keeps the tensor data aligned to 8 bytes, as the reference writer does.
  const headerBytes = Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES;
  const file = Buffer.alloc(LENGTH_BYTES + headerBytes + offset, " ");
  file.writeBigUInt64LE(BigInt(headerBytes), 0);
  json.copy(file, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerBytes;
  for (const { values } of tensors) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return file;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** @throws Error saying what is wrong: truncated, not JSON, offsets that do not tile the data, another element type */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsFile {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < LENGTH_BYTES) throw new Error(`checkpoint is ${file.length} bytes long, too short for a safetensors header`);
  const headerBytes = Number(file.readBigUInt64LE(0));
  if (headerBytes > MAX_HEADER_BYTES) throw new Error(`checkpoint is not safetensors: its header claims ${headerBytes} bytes`);
  const start = LENGTH_BYTES + headerBytes;
  if (start > file.length) throw new Error(`checkpoint is truncated: header of ${headerBytes} bytes in a file of ${file.length}`);
  const header = parseHeader(file.toString("utf8", LENGTH_BYTES, start));
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!isObject(metadata) || Object.values(metadata).some((value) => typeof value !== "string"))
    throw new Error("checkpoint metadata is not a map of strings");
  let expected = 0;
  const tensors = Object.entries(entries).map(([name, entry]): NamedTensor => {
    const { shape, begin, end } = parseEntry(name, entry);
    if (begin !== expected) throw new Error(`tensor ${name} begins at ${begin}, expected ${expected}`);
    expected = end;
    if (start + end > file.length)
      throw new Error(`checkpoint is truncated: tensor ${name} ends at byte ${start + end} of a file of ${file.length}`);
    // A copy: the source may be unaligned and may be reused by its owner.
    return { name, shape, values: new Float32Array(new Uint8Array(file.subarray(start + begin, start + end)).buffer) };
  });
  if (start + expected !== file.length) throw new Error(`checkpoint has ${file.length - start - expected} bytes after its last tensor`);
  return { metadata: metadata as Record<string, string>, tensors };
}

function parseHeader(text: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    // The parser's message quotes bytes of a broken file; what matters is which part is broken.
    throw new Error("checkpoint header is not JSON", { cause: error });
  }
  if (!isObject(header)) throw new Error("checkpoint header is not a JSON object");
  return header;
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function parseEntry(name: string, entry: unknown): { readonly shape: readonly number[]; readonly begin: number; readonly end: number } {
  if (!isObject(entry)) throw new Error(`tensor ${name} has no description`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (dtype !== "F32") throw new Error(`tensor ${name} has element type ${String(dtype)}, expected F32`);
  if (!Array.isArray(shape) || !shape.every(isSize)) throw new Error(`tensor ${name} has no shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) throw new Error(`tensor ${name} has no data offsets`);
  const [begin, end] = offsets as [number, number];
  const size = shape.reduce((product, length) => product * length, 4);
  if (end - begin !== size) throw new Error(`tensor ${name} spans ${end - begin} bytes, its shape [${shape.join(", ")}] needs ${size}`);
  return { shape, begin, end };
}
