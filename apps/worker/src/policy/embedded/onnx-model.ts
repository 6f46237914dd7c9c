// Owns: the bytes of an ONNX model, written through the protobuf schema subset below (github.com/onnx/onnx, onnx.proto).
// Must not know: what the graph computes, the runtime that executes it.
import protobuf from "protobufjs";

const SCHEMA = `
syntax = "proto3";
message ModelProto { int64 ir_version = 1; string producer_name = 2; GraphProto graph = 7; repeated OperatorSetIdProto opset_import = 8; }
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message GraphProto {
  repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12;
}
message NodeProto {
  repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4;
  repeated AttributeProto attribute = 5; string domain = 7;
}
message AttributeProto { string name = 1; float f = 2; int64 i = 3; repeated int64 ints = 8; int32 type = 20; }
message TensorProto { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
message ValueInfoProto { string name = 1; TypeProto type = 2; }
message TypeProto { TensorTypeProto tensor_type = 1; }
message TensorTypeProto { int32 elem_type = 1; TensorShapeProto shape = 2; }
message TensorShapeProto { repeated DimensionProto dim = 1; }
message DimensionProto { int64 dim_value = 1; }
`;

const modelProto = protobuf.parse(SCHEMA).root.lookupType("ModelProto");

/** Element types the engine uses; `float32` trains, `float64` proves gradients. */
export type ElementType = "float32" | "float64" | "int64" | "bool";

const DATA_TYPE: Record<ElementType, number> = { float32: 1, int64: 7, bool: 9, float64: 11 };

/** A node attribute: float, integer or list of integers. */
export type Attribute = { readonly float: number } | { readonly int: number } | { readonly ints: readonly number[] };

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

export interface OnnxConstant extends OnnxValue {
  /** Little-endian elements. */
  readonly bytes: Uint8Array;
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

function attribute(name: string, value: Attribute): object {
  if ("float" in value) return { name, f: value.float, type: 1 };
  if ("int" in value) return { name, i: value.int, type: 2 };
  return { name, ints: value.ints, type: 7 };
}

const valueInfo = (value: OnnxValue): object => ({
  name: value.name,
  type: { tensorType: { elemType: DATA_TYPE[value.type], shape: { dim: value.shape.map((size) => ({ dimValue: size })) } } },
});

/** Encodes a graph as an ONNX model (IR 8, opset 17). */
export function encodeOnnxModel(graph: OnnxGraph): Uint8Array {
  const message = {
    irVersion: 8,
    producerName: "gradus",
    opsetImport: [{ domain: "", version: 17 }],
    graph: {
      name: "policy",
      node: graph.nodes.map((node, index) => ({
        name: `${node.op}_${index}`,
        opType: node.op,
        input: node.inputs,
        output: node.outputs,
        attribute: Object.entries(node.attributes).map(([name, value]) => attribute(name, value)),
      })),
      initializer: graph.constants.map(({ name, type, shape, bytes }) => ({
        name,
        dims: shape,
        dataType: DATA_TYPE[type],
        rawData: bytes,
      })),
      input: graph.inputs.map(valueInfo),
      output: graph.outputs.map(valueInfo),
    },
  };
  return modelProto.encode(modelProto.fromObject(message)).finish();
}
