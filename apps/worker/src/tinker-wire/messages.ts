// Owns: the protobuf dialect of the Tinker API as the JSON dialect's bodies, both ways; the rest of the system knows those alone.
// Must not know: HTTP, engines.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { packArray, unpackArray } from "./arrays.ts";
import type { ArrayKind } from "./arrays.ts";
import {
  DType,
  ForwardBackwardOutputSchema,
  ForwardBackwardRequestSchema,
  SampleResponseSchema,
  StopReason,
} from "./generated/tinker_public_pb.js";
import type { BatchedTensor, Datum, Tensor } from "./generated/tinker_public_pb.js";

/** Requests of forward_backward, results of it and of sample; everything else is JSON in either dialect. */
export const PROTOBUF = "application/x-protobuf";

export interface JsonTensor {
  readonly data: readonly number[];
  readonly dtype: "int64" | "float32";
  readonly shape: readonly number[];
}

export interface JsonDatum {
  readonly model_input: { readonly chunks: readonly { readonly type: "encoded_text"; readonly tokens: readonly number[] }[] };
  readonly loss_fn_inputs: Readonly<Record<string, JsonTensor>>;
}

export interface JsonTraining {
  readonly model_id: string;
  readonly seq_id: number;
  readonly forward_only: boolean;
  readonly forward_backward_input: {
    readonly data: readonly JsonDatum[];
    readonly loss_fn: string;
    readonly loss_fn_config?: Readonly<Record<string, number>> | undefined;
  };
}

export interface JsonTrained {
  readonly loss_fn_output_type: string;
  /** By datum, then by name. */
  readonly loss_fn_outputs: readonly Readonly<Record<string, JsonTensor>>[];
  readonly metrics: Readonly<Record<string, number>>;
}

export interface JsonSampled {
  readonly sequences: readonly {
    readonly tokens: readonly number[];
    readonly logprobs: readonly number[] | null;
    readonly stop_reason: "stop" | "length";
  }[];
}

const KIND_OF = new Map<DType, ArrayKind>([
  [DType.DTYPE_FLOAT32, "float32"],
  [DType.DTYPE_INT64, "int64"],
  [DType.DTYPE_INT32, "int32"],
  [DType.DTYPE_BFLOAT16, "bfloat16"],
]);
const DTYPE_OF = { float32: DType.DTYPE_FLOAT32, int64: DType.DTYPE_INT64 } as const;

/** @throws Error for a type of number that the dialect does not have */
function kindOf(dtype: DType): ArrayKind {
  const kind = KIND_OF.get(dtype);
  if (kind === undefined) throw new Error(`there is no array type ${dtype}`);
  return kind;
}

const jsonType = (kind: ArrayKind): JsonTensor["dtype"] => (kind.startsWith("int") ? "int64" : "float32");

export function encodeTraining({
  model_id: modelId,
  seq_id: seqId,
  forward_only: forwardOnly,
  forward_backward_input: input,
}: JsonTraining) {
  const config = Object.entries(input.loss_fn_config ?? {});
  const message = create(ForwardBackwardRequestSchema, {
    modelId,
    seqId,
    forwardOnly,
    lossFn: input.loss_fn,
    lossFnConfig: Object.fromEntries(config),
    lossFnConfigV2: Object.fromEntries(config.map(([name, value]) => [name, { value: { case: "number" as const, value } }])),
    data: input.data.map(({ model_input: { chunks }, loss_fn_inputs: inputs }) => ({
      modelInput: chunks.map(({ tokens }) => ({ chunk: { case: "encodedText" as const, value: { tokens: packArray(tokens, "int32") } } })),
      lossFnInputs: Object.fromEntries(
        Object.entries(inputs).map(([name, { data, dtype, shape }]) => [
          name,
          { dtype: DTYPE_OF[dtype], shape: shape.map(BigInt), encoding: { case: "dense" as const, value: packArray(data, dtype) } },
        ]),
      ),
    })),
  });
  return toBinary(ForwardBackwardRequestSchema, message);
}

/** @throws Error that says what of the message is not taken here */
export function decodeTraining(bytes: Uint8Array): JsonTraining {
  const message = fromBinary(ForwardBackwardRequestSchema, bytes);
  const newer = Object.entries(message.lossFnConfigV2).map(([name, { value }]): [string, number] => {
    if (value.case !== "number") throw new Error(`loss_fn_config.${name} is no number`);
    return [name, value.value];
  });
  const config = newer.length > 0 ? Object.fromEntries(newer) : message.lossFnConfig;
  return {
    model_id: message.modelId,
    seq_id: message.seqId,
    forward_only: message.forwardOnly,
    forward_backward_input: { data: message.data.map(decodeDatum), loss_fn: message.lossFn, loss_fn_config: config },
  };
}

const decodeDatum = ({ modelInput, lossFnInputs }: Datum): JsonDatum => ({
  model_input: {
    chunks: modelInput.map(({ chunk }) => {
      if (chunk.case !== "encodedText") throw new Error(`a chunk of kind ${chunk.case ?? "none"}: this engine takes text alone`);
      return { type: "encoded_text", tokens: unpackArray(chunk.value.tokens, "int32") };
    }),
  },
  loss_fn_inputs: Object.fromEntries(Object.entries(lossFnInputs).map(([name, tensor]) => [name, decodeTensor(name, tensor)])),
});

function decodeTensor(name: string, { encoding, dtype, shape }: Tensor): JsonTensor {
  if (encoding.case !== "dense") throw new Error(`${name} is sparse: this engine takes dense arrays alone`);
  const kind = kindOf(dtype);
  return { data: unpackArray(encoding.value, kind), dtype: jsonType(kind), shape: shape.map(Number) };
}

export function encodeTrained({ loss_fn_output_type: type, loss_fn_outputs: outputs, metrics }: JsonTrained): Uint8Array<ArrayBuffer> {
  const names = Object.keys(outputs[0] ?? {});
  const column = (name: string) => {
    const tensors = outputs.map((output) => output[name] ?? missing(name));
    const dtype = tensors[0]?.dtype ?? "float32";
    const width = dtype === "int64" ? 8 : 4;
    let end = 0;
    const offsets = [0, ...tensors.map(({ data }) => (end += data.length * width))];
    const data = packArray(
      tensors.flatMap((tensor) => tensor.data),
      dtype,
    );
    return { data, offsets: packArray(offsets, "int64"), dtype: DTYPE_OF[dtype] };
  };
  const message = create(ForwardBackwardOutputSchema, {
    lossFnOutputType: type,
    lossFnOutputs: [
      { typeTag: type, numDatums: BigInt(outputs.length), fields: Object.fromEntries(names.map((name) => [name, column(name)])) },
    ],
    metrics,
  });
  return toBinary(ForwardBackwardOutputSchema, message);
}

const missing = (name: string): never => {
  throw new Error(`not every datum has ${name}`);
};

export function decodeTrained(bytes: Uint8Array): JsonTrained {
  const message = fromBinary(ForwardBackwardOutputSchema, bytes);
  const outputs = message.lossFnOutputs.flatMap(({ fields, numDatums }) => {
    const columns = Object.entries(fields).map(([name, tensor]) => [name, splitBatch(tensor)] as const);
    const count = Number(numDatums) || (columns[0]?.[1].length ?? 0);
    return Array.from({ length: count }, (_, datum) =>
      Object.fromEntries(
        columns.map(([name, tensors]): [string, JsonTensor] => [name, tensors[datum] ?? { data: [], dtype: "float32", shape: [0] }]),
      ),
    );
  });
  return { loss_fn_output_type: message.lossFnOutputType, loss_fn_outputs: outputs, metrics: message.metrics };
}

/** One batch of arrays of unequal lengths lies in one piece; offsets are in bytes. */
function splitBatch({ data, offsets, dtype, trailingShape }: BatchedTensor): JsonTensor[] {
  const kind = kindOf(dtype);
  const bounds = unpackArray(offsets, "int64");
  const inner = trailingShape.map(Number);
  const innerSize = inner.reduce((product, size) => product * size, 1);
  return bounds.slice(1).map((end, index) => {
    const values = unpackArray(data.subarray(bounds[index], end), kind);
    return { data: values, dtype: jsonType(kind), shape: [innerSize === 0 ? 0 : values.length / innerSize, ...inner] };
  });
}

export function encodeSampled({ sequences }: JsonSampled): Uint8Array<ArrayBuffer> {
  const message = create(SampleResponseSchema, {
    sequences: sequences.map(({ tokens, logprobs, stop_reason: reason }) => ({
      tokens: packArray(tokens, "int32"),
      stopReason: reason === "stop" ? StopReason.STOP : StopReason.LENGTH,
      ...(logprobs === null ? {} : { logprobs: packArray(logprobs, "float32") }),
    })),
  });
  return toBinary(SampleResponseSchema, message);
}

export const decodeSampled = (bytes: Uint8Array): JsonSampled => ({
  sequences: fromBinary(SampleResponseSchema, bytes).sequences.map(({ tokens, logprobs, stopReason }) => ({
    tokens: unpackArray(tokens, "int32"),
    logprobs: logprobs === undefined ? null : unpackArray(logprobs, "float32"),
    stop_reason: stopReason === StopReason.STOP ? "stop" : "length",
  })),
});
