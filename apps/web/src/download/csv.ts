// Owns: a table as CSV (RFC 4180). Must not know: what is in it.

export type Cell = string | number | null | undefined;
export interface DataTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Numbers with every digit they have; nothing for what there is not. */
export const toCsv = ({ columns, rows }: DataTable): string =>
  [columns, ...rows].map((row) => `${row.map((cell) => quoted(cell == null ? "" : String(cell))).join(",")}\r\n`).join("");

// A text that a spreadsheet would take for a formula is led by an apostrophe; a number is none.
const quoted = (text: string): string => {
  const safe = /^[=@\t\r]|^[+-](?![\d.]|Infinity)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
