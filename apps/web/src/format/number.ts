// Owns: how numbers are written: as many digits as a reader can use. Must not know: what they measure.

export type WireNumber = number | "NaN" | "Infinity" | "-Infinity";

/** Three decimals in [0.001, 10), fewer above, scientific where neither serves; an en dash for nothing. */
export function formatValue(value: WireNumber | null | undefined): string {
  if (value == null) return "–";
  if (typeof value === "string") return value;
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 0.0005 || size >= 1e7) return minus(value.toExponential(2).replace("e+", "e"));
  if (size >= 1_000) return minus(value.toLocaleString("en", { maximumFractionDigits: 0 }));
  // As sentences of the API round: toLocaleString makes 0.103 of 0.1025, whose nearest number is below it.
  return minus(value.toFixed(size < 10 ? 3 : size < 100 ? 2 : 1));
}

/** With a sign, for differences. */
export const formatDifference = (value: number | null | undefined): string =>
  value == null ? "–" : value > 0 ? `+${formatValue(value)}` : formatValue(value);

export const formatCount = (value: number): string => value.toLocaleString("en");

export function formatBytes(bytes: number | string): string {
  let size = Number(bytes);
  for (const unit of ["B", "kB", "MB", "GB"]) {
    if (size < 1_000) return `${size < 10 && unit !== "B" ? size.toFixed(1) : Math.round(size)} ${unit}`;
    size /= 1_000;
  }
  return `${size.toFixed(1)} TB`;
}

/** `1 seed`, `2 seeds`. */
export const plural = (count: number, noun: string): string => `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;

const minus = (text: string): string => text.replaceAll("-", "−");

/** Beside an axis, in as few characters as tell them apart: its room is narrow. */
export function formatTicks(ticks: readonly (number | null)[]): string[] {
  const known = ticks.filter((tick) => tick !== null);
  const most = Math.max(0, ...known.map(Math.abs));
  const short = (tick: number): string =>
    tick === 0
      ? "0"
      : most >= 100_000
        ? tick.toLocaleString("en", { notation: "compact", maximumSignificantDigits: 4 })
        : Number(tick.toPrecision(3)).toExponential().replace("e+", "e");
  const format = most >= 100_000 || known.some((tick) => plain(tick).length > MOST_CHARACTERS) ? short : plain;
  return ticks.map((tick) => (tick === null ? "" : minus(format(tick))));
}

const MOST_CHARACTERS = 7;
const plain = (tick: number): string => String(Number(tick.toPrecision(6)));
