// Owns: how DateTime, JSON, Cursor, BigInt, MetricValue and MetricColumn are written and read. Must not know: which fields use them.
import { eventValue } from "@gradus/domain/event";
import { GraphQLScalarType, Kind } from "graphql";
import type { ValueNode } from "graphql";
import { badInput } from "./errors.ts";

const dateTime = new GraphQLScalarType<Date, string>({
  name: "DateTime",
  serialize: (value) => (value as Date).toISOString(),
  parseValue: parseDate,
  parseLiteral: (node) => parseDate(textOf(node)),
});

const json = new GraphQLScalarType<unknown, unknown>({
  name: "JSON",
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => literalValue(node, variables ?? {}),
});

const cursor = new GraphQLScalarType<string, string>({
  name: "Cursor",
  serialize: (value) => value as string,
  parseValue: parseCursor,
  parseLiteral: (node) => parseCursor(textOf(node)),
});

const bigInt = new GraphQLScalarType<bigint, number | string>({
  name: "BigInt",
  serialize(value) {
    const integer = BigInt(value as bigint | number);
    return integer >= BigInt(Number.MIN_SAFE_INTEGER) && integer <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(integer) : String(integer);
  },
  parseValue: parseInteger,
  parseLiteral: (node) => parseInteger(node.kind === Kind.INT ? node.value : textOf(node)),
});

const metricValue = new GraphQLScalarType<number, number | string>({
  name: "MetricValue",
  serialize: (value) => eventValue(value as number),
  parseValue: parseMetricValue,
  parseLiteral: (node) => parseMetricValue(node.kind === Kind.INT || node.kind === Kind.FLOAT ? Number(node.value) : textOf(node)),
});

/** A whole list as one leaf: nothing is done for each value but where one is not finite. */
const metricColumn = new GraphQLScalarType<readonly number[], unknown>({
  name: "MetricColumn",
  serialize(values) {
    const column = values as ArrayLike<number | null>;
    const written: (number | string | null)[] = [];
    for (let at = 0; at < column.length; at++) {
      const value = column[at] ?? null;
      written.push(value === null || Number.isFinite(value) ? value : eventValue(value));
    }
    return written;
  },
  parseValue(values) {
    if (!Array.isArray(values)) throw badInput("a MetricColumn is a list of metric values");
    return values.map((value) => (typeof value === "number" ? value : parseMetricValue(value)));
  },
});

/** By name, as a resolver map takes them. Descriptions are those of schema.graphql. */
export const scalars = {
  DateTime: dateTime,
  JSON: json,
  Cursor: cursor,
  BigInt: bigInt,
  MetricValue: metricValue,
  MetricColumn: metricColumn,
};

function textOf(node: ValueNode): string {
  if (node.kind !== Kind.STRING) throw badInput("a string is expected");
  return node.value;
}

function parseDate(value: unknown): Date {
  const date = new Date(typeof value === "string" ? value : Number.NaN);
  if (Number.isNaN(date.getTime())) throw badInput("a DateTime is a text like 2026-11-22T18:25:33.000Z");
  return date;
}

function parseCursor(value: unknown): string {
  if (typeof value !== "string" || value.length > 1_000) throw badInput("a Cursor is a text that this API gave");
  return value;
}

function parseInteger(value: unknown): bigint {
  if (Number.isSafeInteger(value) || (typeof value === "string" && /^-?\d{1,19}$/.test(value))) return BigInt(value as number | string);
  throw badInput("a BigInt is an integer, beyond 2^53 - 1 as a decimal text");
}

function parseMetricValue(value: unknown): number {
  if (typeof value === "number") return value;
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  throw badInput("a MetricValue is a number, 'NaN', 'Infinity' or '-Infinity'");
}

function literalValue(node: ValueNode, variables: Readonly<Record<string, unknown>>): unknown {
  switch (node.kind) {
    case Kind.VARIABLE:
      return variables[node.name.value];
    case Kind.LIST:
      return node.values.map((value) => literalValue(value, variables));
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, literalValue(value, variables)]));
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.NULL:
      return null;
    default:
      return node.value;
  }
}
