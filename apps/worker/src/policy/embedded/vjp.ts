// Owns: reverse-mode differentiation of a Graph: one vector-Jacobian product per op.
// Must not know: the model or the losses. Every rule is checked against central differences in tests/unit/policy/gradients.test.ts.
import type { Graph, GraphNode, Shape, Value } from "./graph.ts";

/** Gradients of a node's inputs from the gradients of its outputs (null: that output is unused, or that input has no derivative). */
type Rule = (graph: Graph, node: GraphNode, grads: readonly (Value | null)[]) => readonly (Value | null)[];

/** Sums a gradient over the axes along which its operand was broadcast. */
function unbroadcast(graph: Graph, grad: Value, shape: Shape): Value {
  const offset = grad.shape.length - shape.length;
  const axes = grad.shape.flatMap((size, axis) => (axis < offset || (shape[axis - offset] === 1 && size !== 1) ? [axis] : []));
  return axes.length === 0 ? grad : graph.reshape(graph.sum(grad, axes, true), shape);
}

/** A rule for ops with one output that is needed, its gradient given. */
const single =
  (
    rule: (graph: Graph, grad: Value, inputs: readonly [Value, Value, Value], output: Value, node: GraphNode) => readonly (Value | null)[],
  ): Rule =>
  (graph, node, grads) =>
    rule(graph, grads[0] as Value, node.inputs as readonly [Value, Value, Value], node.outputs[0] as Value, node);

const intAttribute = (node: GraphNode, name: string): number => {
  const value = node.attributes[name];
  if (value === undefined || !("int" in value)) throw new Error(`${node.op} lacks ${name}`);
  return value.int;
};

/** min and max: the gradient goes to the operand that was taken, to the first on a tie. */
const selecting = (takesFirst: (graph: Graph, a: Value, b: Value) => Value): Rule =>
  single((graph, grad, [a, b]) => {
    const mask = takesFirst(graph, a, b);
    const first = graph.mul(grad, mask);
    return [unbroadcast(graph, first, a.shape), unbroadcast(graph, graph.sub(grad, first), b.shape)];
  });

const NO_DERIVATIVE: Rule = (_graph, node) => node.inputs.map(() => null);

const RULES: Readonly<Record<string, Rule>> = {
  Identity: NO_DERIVATIVE,
  Cast: NO_DERIVATIVE,
  Add: single((graph, grad, [a, b]) => [unbroadcast(graph, grad, a.shape), unbroadcast(graph, grad, b.shape)]),
  Sub: single((graph, grad, [a, b]) => [unbroadcast(graph, grad, a.shape), graph.neg(unbroadcast(graph, grad, b.shape))]),
  Mul: single((graph, grad, [a, b]) => [unbroadcast(graph, graph.mul(grad, b), a.shape), unbroadcast(graph, graph.mul(grad, a), b.shape)]),
  Min: selecting((graph, a, b) => graph.lessOrEqual(a, b)),
  Max: selecting((graph, a, b) => graph.lessOrEqual(b, a)),
  Neg: single((graph, grad) => [graph.neg(grad)]),
  Exp: single((graph, grad, _inputs, output) => [graph.mul(grad, output)]),
  Relu: single((graph, grad, _inputs, output) => [graph.mul(grad, graph.sub(graph.scalar(1), graph.lessOrEqual(output, graph.scalar(0))))]),
  // Dense rather than scattered: a one-hot product is a fast matrix product and sums repeated rows in a fixed order.
  Gather: single((graph, grad, [table, indices]) => {
    const [rows = 0, width = 0] = table.shape;
    const count = indices.shape.reduce((product, size) => product * size, 1);
    const hot = graph.oneHot(graph.reshape(indices, [count]), rows);
    return [graph.gemm(hot, graph.reshape(grad, [count, width]), { transA: true }), null];
  }),
  Gemm: single((graph, grad, [a, w, bias], _output, node) => {
    if (intAttribute(node, "transA") !== 0 || intAttribute(node, "transB") !== 0) throw new Error("no rule for a transposed Gemm");
    const grads = [graph.gemm(grad, w, { transB: true }), graph.gemm(a, grad, { transA: true })];
    return bias === undefined ? grads : [...grads, graph.sum(grad, [0], false)];
  }),
  MatMul: single((graph, grad, [a, b]) => [graph.matmul(grad, graph.swap(b)), graph.matmul(graph.swap(a), grad)]),
  Transpose: single((graph, grad, _inputs, _output, node) => {
    const permutation = (node.attributes["perm"] as { readonly ints: readonly number[] }).ints;
    return [
      graph.transpose(
        grad,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
    ];
  }),
  Reshape: single((graph, grad, [a]) => [graph.reshape(grad, a.shape), null]),
  Concat: single((graph, grad, _inputs, _output, node) => {
    const axis = intAttribute(node, "axis");
    const sizes = node.inputs.map((part) => part.shape[axis] as number);
    return graph.split(grad, sizes, axis);
  }),
  Split: (graph, node, grads) => {
    const parts = node.outputs.map((output, index) => grads[index] ?? zeros(graph, output.shape));
    return [graph.concat(parts, intAttribute(node, "axis")), null];
  },
  ReduceSum: single((graph, grad, [a]) => [graph.expand(grad, a.shape), null]),
  Softmax: single((graph, grad, _inputs, output) => {
    const weighted = graph.mul(grad, output);
    const total = graph.sum(weighted, [weighted.shape.length - 1], true);
    return [graph.sub(weighted, graph.mul(output, total))];
  }),
  LogSoftmax: single((graph, grad, _inputs, output) => {
    const total = graph.sum(grad, [grad.shape.length - 1], true);
    return [graph.sub(grad, graph.mul(graph.exp(output), total))];
  }),
  LayerNormalization: single((graph, grad, [a, gain], _output, node) => {
    const [, mean, inverse] = node.outputs.map((output) => graph.toReal(output)) as [Value, Value, Value];
    const last = a.shape.length - 1;
    const leading = a.shape.slice(0, -1).map((_, axis) => axis);
    const share = 1 / (a.shape[last] as number);
    const normal = graph.mul(graph.sub(a, mean), inverse);
    const inner = graph.mul(grad, gain);
    const meanInner = graph.scale(graph.sum(inner, [last], true), share);
    const product = graph.scale(graph.sum(graph.mul(inner, normal), [last], true), share);
    const centred = graph.sub(graph.sub(inner, meanInner), graph.mul(normal, product));
    return [graph.mul(centred, inverse), graph.sum(graph.mul(grad, normal), leading, false), graph.sum(grad, leading, false)];
  }),
};

const zeros = (graph: Graph, shape: Shape): Value =>
  graph.constant(new Float64Array(shape.reduce((product, size) => product * size, 1)), shape);

/**
 * Gradients of a scalar with respect to `targets`, as new values of the same graph.
 * @throws Error when an op on the way has no rule or a target has no influence on the loss
 */
export function gradients(graph: Graph, loss: Value, targets: readonly Value[]): Value[] {
  const grads = new Map<Value, Value>([[loss, graph.scalar(1)]]);
  const nodes = [...graph.nodes];
  const relevant = dependents(nodes, targets);
  for (const node of nodes.toReversed()) {
    const outputGrads = node.outputs.map((output) => grads.get(output) ?? null);
    if (!relevant.has(node) || outputGrads.every((grad) => grad === null)) continue;
    const rule = RULES[node.op];
    if (rule === undefined) throw new Error(`${node.op} has no derivative rule`);
    const inputGrads = rule(graph, node, outputGrads);
    node.inputs.forEach((input, index) => {
      const grad = inputGrads[index] ?? null;
      if (grad === null) return;
      const sum = grads.get(input);
      grads.set(input, sum === undefined ? grad : graph.add(sum, grad));
    });
  }
  return targets.map((target) => {
    const grad = grads.get(target);
    if (grad === undefined) throw new Error(`${target.name} has no influence on the loss`);
    return grad;
  });
}

/** Nodes that depend on a target: the only ones worth differentiating. */
function dependents(nodes: readonly GraphNode[], targets: readonly Value[]): Set<GraphNode> {
  const reached = new Set<Value>(targets);
  const result = new Set<GraphNode>();
  for (const node of nodes) {
    if (!node.inputs.some((input) => reached.has(input))) continue;
    result.add(node);
    node.outputs.forEach((output) => reached.add(output));
  }
  return result;
}
