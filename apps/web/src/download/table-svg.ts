// Owns: a table drawn as SVG, for slides and papers. Must not know: what is in it.
import type { DataTable } from "./csv.ts";
import { escaped, ink, svgFrame } from "./svg-text.ts";
import { formatValue } from "../format/number.ts";

const ROW = 22;
const CHAR = 6.4;
const LONGEST = 60;

export function tableSvg(title: string, { columns, rows }: DataTable): string {
  const texts = [columns, ...rows].map((row) => row.map((cell) => shown(cell)));
  const widths = columns.map((_, at) => Math.max(...texts.map((row) => (row[at] ?? "").length)) * CHAR + 24);
  const lefts = widths.map((_, at) => 16 + widths.slice(0, at).reduce((sum, width) => sum + width, 0));
  const width = 32 + widths.reduce((sum, one) => sum + one, 0);
  const lines = texts.map((row, index) => {
    const y = 52 + index * ROW;
    const cells = row.map((text, at) => {
      const look = index === 0 ? `fill='${ink("--ink-muted")}'` : `fill='${ink("--ink")}'`;
      return `<text x='${lefts[at]}' y='${y}' ${look}>${escaped(text)}</text>`;
    });
    return `${cells.join("")}<line x1='16' x2='${width - 16}' y1='${y + 7}' y2='${y + 7}' stroke='${ink("--line")}'/>`;
  });
  return svgFrame(Math.max(width, 240), 64 + texts.length * ROW, title, lines.join(""));
}

function shown(cell: string | number | null | undefined): string {
  const text = typeof cell === "number" && !Number.isInteger(cell) ? formatValue(cell) : cell == null ? "" : String(cell);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
