// Owns: the text form of filters and orders over runs: `metrics.loss < 2 and config.lr = 0.1 and tags.team IN ('a', 'b')`. Must not know: where runs
// come from. It is MLflow's language (https://mlflow.org/docs/latest/search-runs), with `config` as another word for its `params`.

/** The text is no filter; the message says where. */
export class FilterTextError extends Error {
  override readonly name = "FilterTextError";
}
const invalid = (message: string): FilterTextError => new FilterTextError(message);

/** What a filter may look at of one run. Absent: null. */
export interface Searchable {
  metric(name: string): number | null;
  param(name: string): string | null;
  tag(name: string): string | null;
  attribute(name: string): string | number | null;
}

type Kind = "metric" | "param" | "tag" | "attribute";
export interface Field {
  readonly kind: Kind;
  readonly name: string;
}
export interface Comparison {
  readonly field: Field;
  readonly operator: string;
  readonly values: readonly (string | number)[];
}

const KINDS: Readonly<Record<string, Kind>> = {
  metric: "metric",
  metrics: "metric",
  config: "param",
  param: "param",
  params: "param",
  parameter: "param",
  parameters: "param",
  tag: "tag",
  tags: "tag",
  attribute: "attribute",
  attributes: "attribute",
  attr: "attribute",
  run: "attribute",
};

const TOKEN =
  /\s*(?:(?<word>[A-Za-z_][\w-]*)|(?<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)|(?<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|(?<symbol>>=|<=|!=|[=<>.(),]))/gy;

interface Token {
  readonly kind: "word" | "quoted" | "number" | "symbol";
  readonly text: string;
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const { word, quoted, number, symbol } = match.groups ?? {};
    if (word !== undefined) found.push({ kind: "word", text: word });
    else if (quoted !== undefined) found.push({ kind: "quoted", text: quoted.slice(1, -1) });
    else if (number !== undefined) found.push({ kind: "number", text: number });
    else if (symbol !== undefined) found.push({ kind: "symbol", text: symbol });
    end = match.index + match[0].length;
  }
  if (text.slice(end).trim() !== "") throw invalid(`the filter cannot be read from "${text.slice(end, end + 20)}"`);
  return found;
}

/** @throws FilterTextError */
export function parseFilter(text: string): Comparison[] {
  const rest = tokens(text);
  const comparisons: Comparison[] = [];
  while (rest.length > 0) {
    if (comparisons.length > 0 && rest.shift()?.text.toUpperCase() !== "AND") throw invalid("comparisons are joined by AND");
    const field = takeField(rest);
    let operator = rest.shift()?.text.toUpperCase() ?? "";
    if (operator === "NOT") operator = `NOT ${rest.shift()?.text.toUpperCase() ?? ""}`;
    const values: (string | number)[] = [];
    if (operator === "IN" || operator === "NOT IN") {
      if (rest.shift()?.text !== "(") throw invalid("IN takes a list in parentheses");
      for (let token = rest.shift(); token?.text !== ")"; token = rest.shift()) {
        if (token === undefined) throw invalid("the list of IN does not end");
        if (token.text !== ",") values.push(token.text);
      }
    } else {
      const value = rest.shift();
      if (value === undefined || (value.kind !== "quoted" && value.kind !== "number"))
        throw invalid(`${field.name}: a number or a quoted text is expected`);
      values.push(value.kind === "number" ? Number(value.text) : value.text);
    }
    if (!(operator in OPERATORS)) throw invalid(`${operator}: no operator of a filter`);
    if (field.kind === "metric" && typeof values[0] !== "number") throw invalid(`metrics.${field.name} is compared with a number`);
    comparisons.push({ field, operator, values });
  }
  return comparisons;
}

function takeField(rest: Token[]): Field {
  const first = rest.shift();
  if (first === undefined || first.kind === "symbol") throw invalid("a field like metrics.loss is expected");
  const kind = first.kind === "word" ? KINDS[first.text.toLowerCase()] : undefined;
  if (kind === undefined || rest[0]?.text !== ".") return { kind: "attribute", name: first.text };
  rest.shift();
  let name = rest.shift()?.text ?? "";
  // Names of metrics, parameters and tags may hold dots.
  while (rest[0]?.text === "." && rest[0].kind === "symbol") name += `${rest.shift()?.text ?? ""}${rest.shift()?.text ?? ""}`;
  return { kind, name };
}

const like = (value: string, pattern: string, flags: string): boolean =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
      .replaceAll("%", ".*")
      .replaceAll("_", ".")}$`,
    `s${flags}`,
  ).test(value);

const OPERATORS: Readonly<Record<string, (value: string | number, given: readonly (string | number)[]) => boolean>> = {
  "=": (value, [given]) => String(value) === String(given),
  "!=": (value, [given]) => String(value) !== String(given),
  ">": (value, [given]) => Number(value) > Number(given),
  ">=": (value, [given]) => Number(value) >= Number(given),
  "<": (value, [given]) => Number(value) < Number(given),
  "<=": (value, [given]) => Number(value) <= Number(given),
  LIKE: (value, [given]) => like(String(value), String(given), ""),
  ILIKE: (value, [given]) => like(String(value), String(given), "i"),
  IN: (value, given) => given.map(String).includes(String(value)),
  "NOT IN": (value, given) => !given.map(String).includes(String(value)),
};

export const valueOf = (run: Searchable, { kind, name }: Field): string | number | null => run[kind](name);

/** A run without the field matches nothing. */
export const matches = (run: Searchable, filter: readonly Comparison[]): boolean =>
  filter.every(({ field, operator, values }) => {
    const value = valueOf(run, field);
    return value !== null && OPERATORS[operator]?.(value, values) === true;
  });

export interface Order {
  readonly field: Field;
  readonly descending: boolean;
}

/** @throws FilterTextError */
export const parseOrder = (texts: readonly string[]): Order[] =>
  texts.map((text) => {
    const rest = tokens(text);
    const field = takeField(rest);
    const direction = rest.shift()?.text.toUpperCase() ?? "ASC";
    if (rest.length > 0 || (direction !== "ASC" && direction !== "DESC")) throw invalid(`order_by: ${text}`);
    return { field, descending: direction === "DESC" };
  });

/** Runs without a value, and NaN, come last in either direction. */
export function compareBy(orders: readonly Order[]): (a: Searchable, b: Searchable) => number {
  return (a, b) => {
    for (const { field, descending } of orders) {
      const [left, right] = [valueOf(a, field), valueOf(b, field)];
      const [leftLacks, rightLacks] = [left === null || Number.isNaN(left), right === null || Number.isNaN(right)];
      if (leftLacks || rightLacks) {
        if (leftLacks !== rightLacks) return leftLacks ? 1 : -1;
        continue;
      }
      if (left !== right) return ((left as number) < (right as number) ? -1 : 1) * (descending ? -1 : 1);
    }
    return 0;
  };
}
