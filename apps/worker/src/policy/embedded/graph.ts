// Owns: building a static-shape tensor graph op by op, with shape inference, and its ONNX bytes.
// Must not know: derivatives (vjp.ts), the model (gpt.ts), the runtime.
import { encodeOnnxModel } from "./onnx-model.ts";
import type { Attribute, ElementType, OnnxConstant } from "./onnx-model.ts";

export type Shape = readonly number[];

/** One tensor of the graph. `producer` is null for inputs and constants. */
export interface Value {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
  readonly producer: GraphNode | null;
}

export interface GraphNode {
  readonly op: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);
const same = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((size, axis) => size === b[axis]);

/** Shape of an elementwise operation under ONNX (NumPy) broadcasting. */
export function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const sizeA = a[axis - rank + a.length] ?? 1;
    const sizeB = b[axis - rank + b.length] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) throw new Error(`cannot broadcast [${a}] with [${b}]`);
    return Math.max(sizeA, sizeB);
  });
}

/** A graph under construction. `real` is the type of every non-integer tensor: float32 to run, float64 to prove gradients. */
export class Graph {
  readonly real: "float32" | "float64";
  readonly nodes: GraphNode[] = [];
  readonly #inputs: Value[] = [];
  readonly #constants = new Map<string, OnnxConstant & Value>();
  readonly #outputs = new Map<string, Value>();

  constructor(real: "float32" | "float64" = "float32") {
    this.real = real;
  }

  input(name: string, shape: Shape, type: ElementType = this.real): Value {
    const value: Value = { name, type, shape, producer: null };
    this.#inputs.push(value);
    return value;
  }

  /** A constant of the graph's real type. Equal constants are stored once. */
  constant(data: readonly number[] | Float64Array, shape: Shape = [data.length]): Value {
    if (data.length !== sizeOf(shape)) throw new Error(`${data.length} elements do not fill [${shape}]`);
    const array = this.real === "float32" ? Float32Array.from(data) : Float64Array.from(data);
    return this.#intern(this.real, shape, new Uint8Array(array.buffer));
  }

  scalar(value: number): Value {
    return this.constant([value], []);
  }

  integers(data: readonly number[], shape: Shape = [data.length]): Value {
    return this.#intern("int64", shape, new Uint8Array(BigInt64Array.from(data, BigInt).buffer));
  }

  #intern(type: ElementType, shape: Shape, bytes: Uint8Array): Value {
    const key = `${type}[${shape}]${Buffer.from(bytes).toString("base64")}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const value = { name: `c${this.#constants.size}`, type, shape, bytes, producer: null };
    this.#constants.set(key, value);
    return value;
  }

  /** Names a value as a result. An Identity keeps the name unique when one value is asked for twice. */
  output(name: string, value: Value): void {
    this.#outputs.set(name, value);
  }

  #node(
    op: string,
    inputs: readonly Value[],
    shapes: readonly Shape[],
    attributes: Record<string, Attribute> = {},
    type: ElementType | readonly ElementType[] = this.real,
  ): Value[] {
    const outputs: Value[] = [];
    const node: GraphNode = { op, inputs, outputs, attributes };
    const index = this.nodes.push(node) - 1;
    shapes.forEach((shape, position) =>
      outputs.push({
        name: `n${index}_${position}`,
        type: typeof type === "string" ? type : (type[position] ?? this.real),
        shape,
        producer: node,
      }),
    );
    return outputs;
  }

  #one(
    op: string,
    inputs: readonly Value[],
    shape: Shape,
    attributes: Record<string, Attribute> = {},
    type: ElementType = this.real,
  ): Value {
    return this.#node(op, inputs, [shape], attributes, type)[0] as Value;
  }

  #elementwise(op: string, a: Value, b: Value, type: ElementType = this.real): Value {
    return this.#one(op, [a, b], broadcastShape(a.shape, b.shape), {}, type);
  }

  add(a: Value, b: Value): Value {
    return this.#elementwise("Add", a, b);
  }
  sub(a: Value, b: Value): Value {
    return this.#elementwise("Sub", a, b);
  }
  mul(a: Value, b: Value): Value {
    return this.#elementwise("Mul", a, b);
  }
  min(a: Value, b: Value): Value {
    return this.#elementwise("Min", a, b);
  }
  max(a: Value, b: Value): Value {
    return this.#elementwise("Max", a, b);
  }
  scale(a: Value, factor: number): Value {
    return this.mul(a, this.scalar(factor));
  }
  neg(a: Value): Value {
    return this.#one("Neg", [a], a.shape);
  }
  exp(a: Value): Value {
    return this.#one("Exp", [a], a.shape);
  }
  relu(a: Value): Value {
    return this.#one("Relu", [a], a.shape);
  }
  /** The same value with no derivative. */
  stopGradient(a: Value): Value {
    return this.#one("Identity", [a], a.shape);
  }

  /** 1 where a <= b, else 0, in the real type; no derivative. */
  lessOrEqual(a: Value, b: Value): Value {
    const truth = this.#elementwise("LessOrEqual", a, b, "bool");
    return this.toReal(truth);
  }

  /** The same value in the real type; no derivative. */
  toReal(a: Value): Value {
    if (a.type === this.real) return a;
    return this.#one("Cast", [a], a.shape, { to: { int: this.real === "float32" ? 1 : 11 } });
  }

  /** [...] integers in 0..depth-1 to [..., depth] zeros and ones; no derivative. */
  oneHot(indices: Value, depth: number): Value {
    const range = this.integers(Array.from({ length: depth }, (_, index) => index));
    return this.toReal(this.#elementwise("Equal", this.reshape(indices, [...indices.shape, 1]), range, "bool"));
  }

  /** Rows of `table` [n, d] by integers [...]: [..., d]. */
  gather(table: Value, indices: Value): Value {
    return this.#one("Gather", [table, indices], [...indices.shape, ...table.shape.slice(1)], { axis: { int: 0 } });
  }

  /** a [m, k] times w [k, n] plus an optional bias [n]; `transA` and `transB` read the operand transposed. */
  gemm(
    a: Value,
    w: Value,
    { bias, transA = false, transB = false }: { bias?: Value | undefined; transA?: boolean; transB?: boolean } = {},
  ): Value {
    const [m, k] = transA ? a.shape.toReversed() : a.shape;
    const [inner, n] = transB ? w.shape.toReversed() : w.shape;
    if (a.shape.length !== 2 || w.shape.length !== 2 || k !== inner) throw new Error(`cannot gemm [${a.shape}] with [${w.shape}]`);
    const inputs = bias === undefined ? [a, w] : [a, w, bias];
    return this.#one("Gemm", inputs, [m as number, n as number], { transA: { int: Number(transA) }, transB: { int: Number(transB) } });
  }

  /** Batched product of the last two axes; the leading axes are equal. */
  matmul(a: Value, b: Value): Value {
    const batch = a.shape.slice(0, -2);
    if (!same(batch, b.shape.slice(0, -2)) || a.shape.at(-1) !== b.shape.at(-2))
      throw new Error(`cannot matmul [${a.shape}] with [${b.shape}]`);
    return this.#one("MatMul", [a, b], [...batch, a.shape.at(-2) as number, b.shape.at(-1) as number]);
  }

  transpose(a: Value, permutation: readonly number[]): Value {
    const shape = permutation.map((axis) => a.shape[axis] as number);
    return this.#one("Transpose", [a], shape, { perm: { ints: permutation } });
  }

  /** Swaps the last two axes. */
  swap(a: Value): Value {
    const axes = a.shape.map((_, axis) => axis);
    return this.transpose(a, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
  }

  reshape(a: Value, shape: Shape): Value {
    if (sizeOf(shape) !== sizeOf(a.shape)) throw new Error(`cannot reshape [${a.shape}] to [${shape}]`);
    if (same(shape, a.shape)) return a;
    return this.#one("Reshape", [a, this.integers(shape)], shape, {}, a.type);
  }

  concat(parts: readonly Value[], axis: number): Value {
    const first = parts[0] as Value;
    const at = axis < 0 ? axis + first.shape.length : axis;
    const total = parts.reduce((sum, part) => sum + (part.shape[at] as number), 0);
    return this.#one(
      "Concat",
      parts,
      first.shape.map((size, index) => (index === at ? total : size)),
      { axis: { int: at } },
    );
  }

  /** Cuts an axis into pieces of the given sizes. */
  split(a: Value, sizes: readonly number[], axis: number): Value[] {
    const at = axis < 0 ? axis + a.shape.length : axis;
    const shapes = sizes.map((size) => a.shape.map((whole, index) => (index === at ? size : whole)));
    return this.#node("Split", [a, this.integers(sizes)], shapes, { axis: { int: at } });
  }

  /** Sum over axes; the axes are kept with size 1 (keepDims) or dropped. */
  sum(a: Value, axes: readonly number[], keepDims: boolean): Value {
    const kept = a.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const total = this.#one("ReduceSum", [a, this.integers(axes)], kept, { keepdims: { int: 1 } });
    return keepDims
      ? total
      : this.reshape(
          total,
          a.shape.filter((_, axis) => !axes.includes(axis)),
        );
  }

  /** Repeats the axes of size 1 up to `shape`. */
  expand(a: Value, shape: Shape): Value {
    return same(a.shape, shape) ? a : this.#one("Expand", [a, this.integers(shape)], shape);
  }

  softmax(a: Value): Value {
    return this.#one("Softmax", [a], a.shape, { axis: { int: -1 } });
  }
  logSoftmax(a: Value): Value {
    return this.#one("LogSoftmax", [a], a.shape, { axis: { int: -1 } });
  }

  /** Layer normalisation of the last axis with gain and bias [d]. Outputs 1 and 2 of its node are mean and inverse deviation, always float32. */
  layerNorm(a: Value, gain: Value, bias: Value): Value {
    const statistics = [...a.shape.slice(0, -1), 1];
    const attributes = { axis: { int: -1 }, epsilon: { float: 1e-5 } };
    const types = [this.real, "float32", "float32"] as const;
    return this.#node("LayerNormalization", [a, gain, bias], [a.shape, statistics, statistics], attributes, types)[0] as Value;
  }

  /** ONNX bytes of everything the outputs need. */
  encode(): Uint8Array {
    const needed = new Set<GraphNode>();
    const visit = (value: Value): void => {
      if (value.producer === null || needed.has(value.producer)) return;
      needed.add(value.producer);
      value.producer.inputs.forEach(visit);
    };
    for (const value of this.#outputs.values()) visit(value);
    const live = this.nodes.filter((node) => needed.has(node));
    const used = new Set(live.flatMap((node) => node.inputs.map((input) => input.name)));
    const names = [...this.#outputs].map(([name, value]) => ({ op: "Identity", inputs: [value.name], outputs: [name], attributes: {} }));
    return encodeOnnxModel({
      nodes: [
        ...live.map(({ op, inputs, outputs, attributes }) => ({
          op,
          inputs: inputs.map((value) => value.name),
          outputs: outputs.map((value) => value.name),
          attributes,
        })),
        ...names,
      ],
      constants: [...this.#constants.values()].filter((constant) => used.has(constant.name)),
      inputs: this.#inputs.filter((value) => used.has(value.name)),
      outputs: [...this.#outputs].map(([name, value]) => ({ name, type: value.type, shape: value.shape })),
    });
  }
}
