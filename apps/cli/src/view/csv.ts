// Owns: rows as CSV (RFC 4180) with a header. Must not know: what is in them.
export type CsvCell = string | number | boolean | null | undefined;

/** A column that a row does not have, or has as null, is empty. */
export function csvOf<Column extends string>(columns: readonly Column[], rows: readonly { readonly [C in Column]?: CsvCell }[]): string {
  const lines = [columns.join(","), ...rows.map((row) => columns.map((column) => field(row[column])).join(","))];
  return `${lines.join("\r\n")}\r\n`;
}

function field(value: CsvCell): string {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
