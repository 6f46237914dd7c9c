// Owns: conditions on runs' parameters, tags and last metric values as SQL. Must not know: GraphQL, the text form.
import { Prisma } from "../generated/client.ts";

export interface RunCondition {
  readonly property: "CONFIG" | "TAG" | "METRIC" | "ATTRIBUTE";
  readonly name: string;
  readonly comparison:
    | "EQUALS"
    | "DIFFERS"
    | "BELOW"
    | "AT_MOST"
    | "ABOVE"
    | "AT_LEAST"
    | "LIKE"
    | "LIKE_ANY_CASE"
    | "IN"
    | "NOT_IN"
    | "EXISTS";
  readonly values: readonly (string | number | boolean)[];
}

const milliseconds = (time: Prisma.Sql): Prisma.Sql => Prisma.sql`(extract(epoch from ${time}) * 1000)::bigint::text`;

/** What every run has, of the run `r` and its arm `a`; times in milliseconds since 1970. */
const ATTRIBUTES = {
  status: Prisma.sql`r.status::text`,
  name: Prisma.sql`coalesce(r.name, r.id)`,
  experiment: Prisma.sql`(select name from "Experiment" where id = r."experimentId")`,
  arm: Prisma.sql`a.name`,
  seed: Prisma.sql`r.seed::text`,
  steps_done: Prisma.sql`r."stepsDone"::text`,
  created_at: milliseconds(Prisma.sql`r."createdAt"`),
  started_at: milliseconds(Prisma.sql`r."startedAt"`),
  finished_at: milliseconds(Prisma.sql`r."finishedAt"`),
} as const;
export type RunAttribute = keyof typeof ATTRIBUTES;
export const RUN_ATTRIBUTES = Object.keys(ATTRIBUTES) as readonly RunAttribute[];
export const isRunAttribute = (name: string): name is RunAttribute => Object.hasOwn(ATTRIBUTES, name);

/** Of the run `r` and its arm `a`, as text; null where there is none. */
export function textOf({ property, name }: Pick<RunCondition, "property" | "name">): Prisma.Sql {
  if (property === "ATTRIBUTE") return isRunAttribute(name) ? ATTRIBUTES[name] : Prisma.sql`null::text`;
  if (property === "TAG") return Prisma.sql`(r.tags ->> ${name})`;
  if (property === "CONFIG") {
    const config = Prisma.sql`(case when r."isExternal" then r.config else a.configuration end)`;
    // A key that holds dots itself comes first.
    return Prisma.sql`coalesce(${config} ->> ${name}, ${config} #>> string_to_array(${name}, '.'))`;
  }
  return Prisma.sql`(select value::text from metrics.last_point where run_id = r.id and name = ${name})`;
}

const NUMBER = "^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$|^-?Infinity$|^NaN$";
/** NaN is neither above nor below anything, though Postgres sorts it highest. */
const numberOf = (text: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`(select case when t ~ ${NUMBER} then nullif(t::float8, 'NaN'::float8) end from (select ${text} as t) as of_text)`;

/** The number that stands there; null for none, for a text, and for NaN. */
export const numericOf = (named: Pick<RunCondition, "property" | "name">): Prisma.Sql =>
  named.property === "METRIC"
    ? Prisma.sql`(select nullif(value, 'NaN'::float8) from metrics.last_point where run_id = r.id and name = ${named.name})`
    : numberOf(textOf(named));

/** A join that gives the run `r` both of them as `v.text` and `v.number`; last points by one pass over those of the name, not a search for each run. */
export const valueJoin = (named: Pick<RunCondition, "property" | "name">): Prisma.Sql =>
  named.property === "METRIC"
    ? Prisma.sql`left join (select run_id, value::text as text, nullif(value, 'NaN'::float8) as number from metrics.last_point where name = ${named.name}) v
        on v.run_id = r.id`
    : Prisma.sql`cross join lateral (select ${textOf(named)} as text, ${numericOf(named)} as number offset 0) v`;

const ORDERS = { BELOW: Prisma.sql`<`, AT_MOST: Prisma.sql`<=`, ABOVE: Prisma.sql`>`, AT_LEAST: Prisma.sql`>=` } as const;

function isValue(named: Pick<RunCondition, "property" | "name">, value: string | number | boolean): Prisma.Sql {
  return typeof value === "number"
    ? Prisma.sql`coalesce(${numericOf(named)} = ${value}::float8, false)`
    : Prisma.sql`coalesce(${textOf(named)} = ${String(value)}::text, false)`;
}

/** True or false, never null. */
export function conditionSql(condition: RunCondition): Prisma.Sql {
  const { comparison, values } = condition;
  const text = textOf(condition);
  const [value = ""] = values;
  switch (comparison) {
    case "EXISTS":
      return Prisma.sql`${text} is not null`;
    case "BELOW":
    case "AT_MOST":
    case "ABOVE":
    case "AT_LEAST":
      // As a semi-join, which may be one pass over the points of the name, where a value would be searched for each run.
      if (condition.property === "METRIC")
        return Prisma.sql`exists (select from metrics.last_point where run_id = r.id and name = ${condition.name} and value <> 'NaN'
          and value ${ORDERS[comparison]} ${Number(value)}::float8)`;
      return Prisma.sql`coalesce(${numericOf(condition)} ${ORDERS[comparison]} ${Number(value)}::float8, false)`;
    case "LIKE":
      return Prisma.sql`coalesce(${text} like ${String(value)}::text, false)`;
    case "LIKE_ANY_CASE":
      return Prisma.sql`coalesce(${text} ilike ${String(value)}::text, false)`;
    case "EQUALS":
    case "IN":
      return values.length === 0
        ? Prisma.sql`false`
        : Prisma.sql`(${Prisma.join(
            values.map((one) => isValue(condition, one)),
            " or ",
          )})`;
    case "DIFFERS":
    case "NOT_IN":
      return values.length === 0
        ? Prisma.sql`${text} is not null`
        : Prisma.sql`(${text} is not null and not (${Prisma.join(
            values.map((one) => isValue(condition, one)),
            " or ",
          )}))`;
  }
}
