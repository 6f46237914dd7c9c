// Owns: the filter of runs as readers take it, out of its typed and its text form. Must not know: SQL.
import { isRunAttribute, RUN_ATTRIBUTES } from "@gradus/prisma/reading/run-conditions";
import type { RunCondition } from "@gradus/prisma/reading/run-conditions";
import type { RunFilter } from "@gradus/prisma/reading/run-reader";
import { badInput } from "../errors.ts";
import type { RunCondition as ConditionInput, RunFilter as FilterInput } from "../generated/schema-types.ts";
import { FilterTextError, parseFilter } from "./filter-text.ts";
import type { Comparison } from "./filter-text.ts";

const MOST_CONDITIONS = 20;

/** @throws GraphQLError BAD_USER_INPUT that names what is wrong */
export function toRunFilter({ where, text, ...rest }: FilterInput): RunFilter {
  const conditions = [...(where ?? []).map(fromInput), ...(text ? conditionsOf(text, "filter.text") : [])];
  if (conditions.length > MOST_CONDITIONS) throw badInput(`filter: at most ${MOST_CONDITIONS} conditions`);
  return { ...rest, conditions };
}

const NUMERIC = new Set(["BELOW", "AT_MOST", "ABOVE", "AT_LEAST"]);

function fromInput({ property, name, comparison, value }: ConditionInput, at: number): RunCondition {
  const values = comparison === "EXISTS" ? [] : comparison === "IN" || comparison === "NOT_IN" ? value : [value];
  const known = Array.isArray(values) && values.every((one) => ["string", "number", "boolean"].includes(typeof one));
  if (!known) throw badInput(`filter.where[${at}].value: a number, a text or a boolean, for IN and NOT_IN a list of them`);
  if (NUMERIC.has(comparison) && typeof values[0] !== "number")
    throw badInput(`filter.where[${at}].value: ${comparison} compares with a number`);
  requireAttribute({ property, name }, `filter.where[${at}].name`);
  return { property, name, comparison, values };
}

/** @throws GraphQLError BAD_USER_INPUT that names the attributes that there are */
export function requireAttribute({ property, name }: Pick<RunCondition, "property" | "name">, path: string): void {
  if (property === "ATTRIBUTE" && !isRunAttribute(name)) throw badInput(`${path}: one of ${RUN_ATTRIBUTES.join(", ")}`);
}

const PROPERTY = { metric: "METRIC", param: "CONFIG", tag: "TAG", attribute: "ATTRIBUTE" } as const;
const COMPARISON: Readonly<Record<string, RunCondition["comparison"]>> = {
  "=": "EQUALS",
  "!=": "DIFFERS",
  "<": "BELOW",
  "<=": "AT_MOST",
  ">": "ABOVE",
  ">=": "AT_LEAST",
  LIKE: "LIKE",
  ILIKE: "LIKE_ANY_CASE",
  IN: "IN",
  "NOT IN": "NOT_IN",
};

/** `path`: what the caller wrote the text as. @throws GraphQLError BAD_USER_INPUT that names what is wrong */
export function conditionsOf(text: string, path: string): RunCondition[] {
  try {
    const conditions = parseFilter(text).map(condition);
    if (conditions.length > MOST_CONDITIONS) throw badInput(`${path}: at most ${MOST_CONDITIONS} conditions`);
    return conditions;
  } catch (error) {
    // Tolerates any text a person types: the message says where it is wrong.
    if (error instanceof FilterTextError) throw badInput(`${path}: ${error.message}`);
    throw error;
  }
}

function condition({ field: { kind, name }, operator, values }: Comparison): RunCondition {
  if (kind === "attribute" && !isRunAttribute(name))
    throw new FilterTextError(`${name}: begin with metrics., config. or tags., or name one of ${RUN_ATTRIBUTES.join(", ")}`);
  const comparison = COMPARISON[operator] ?? "EQUALS";
  if (NUMERIC.has(comparison) && typeof values[0] !== "number") throw new FilterTextError(`${name}: ${operator} compares with a number`);
  return { property: PROPERTY[kind], name, comparison, values };
}
