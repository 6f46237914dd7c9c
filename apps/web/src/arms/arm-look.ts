// Owns: how an arm looks wherever it is shown: colour, dashes and mark, by its place in the experiment, which never changes. Must not know: pages.

export type Mark = "circle" | "square" | "triangle" | "diamond" | "cross" | "down" | "plus" | "ring";

export interface ArmLook {
  /** CSS variable of the colour, `--arm-0`. */
  readonly variable: string;
  /** Lengths of dashes and gaps in pixels; empty = solid. */
  readonly dash: readonly number[];
  readonly mark: Mark;
}

const DASHES: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 2], [14, 4], [2, 6], [8, 3, 2, 3, 2, 3]];
const MARKS: readonly Mark[] = ["circle", "square", "triangle", "diamond", "cross", "down", "plus", "ring"];
const COLOURS = 8;

/** From the ninth arm on colours repeat with other dashes. */
export function armLook(ordinal: number): ArmLook {
  const turn = Math.floor(ordinal / COLOURS);
  return {
    variable: `--arm-${ordinal % COLOURS}`,
    dash: DASHES[(ordinal + turn) % DASHES.length] ?? [],
    mark: MARKS[(ordinal + 3 * turn) % MARKS.length] ?? "circle",
  };
}

/** SVG path of a mark about (0, 0) within `size` pixels. */
export function markPath(mark: Mark, size: number): string {
  const r = size / 2;
  switch (mark) {
    case "square":
      return `M${-r * 0.85} ${-r * 0.85}h${r * 1.7}v${r * 1.7}h${-r * 1.7}z`;
    case "triangle":
      return `M0 ${-r}L${r} ${r * 0.8}H${-r}z`;
    case "down":
      return `M0 ${r}L${r} ${-r * 0.8}H${-r}z`;
    case "diamond":
      return `M0 ${-r * 1.15}L${r * 1.15} 0L0 ${r * 1.15}L${-r * 1.15} 0z`;
    case "plus":
      return `M${-r / 3} ${-r}h${(2 * r) / 3}v${(2 * r) / 3}h${(2 * r) / 3}v${(2 * r) / 3}h${(-2 * r) / 3}v${(2 * r) / 3}h${(-2 * r) / 3}v${(-2 * r) / 3}h${(-2 * r) / 3}v${(-2 * r) / 3}h${(2 * r) / 3}z`;
    case "cross": {
      const a = r * 0.45;
      return `M0 ${-a}L${r - a} ${-r}L${r} ${-r + a}L${a} 0L${r} ${r - a}L${r - a} ${r}L0 ${a}L${-r + a} ${r}L${-r} ${r - a}L${-a} 0L${-r} ${-r + a}L${-r + a} ${-r}z`;
    }
    case "ring":
      return `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0M${-r * 0.5} 0a${r * 0.5} ${r * 0.5} 0 1 1 ${r} 0a${r * 0.5} ${r * 0.5} 0 1 1 ${-r} 0`;
    case "circle":
      return `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;
  }
}
