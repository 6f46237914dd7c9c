// Owns: planned and drawn shares of every arm as one drawing. Must not know: where they come from.
import { DRAWN_BUCKETS } from "../curves/draw-shares.ts";
import type { DrawColumn } from "../curves/draw-shares.ts";
import { escaped, ink, svgFrame } from "./svg-text.ts";

interface Strips {
  readonly arm: { readonly name: string };
  readonly totalSteps: number;
  readonly plan: readonly DrawColumn[] | null;
  readonly drawn: readonly DrawColumn[];
}

const [WIDTH, LEFT, PLAN, DRAWN, ROW] = [840, 150, 24, 40, 92];

export function stripsSvg(title: string, strips: readonly Strips[]): string {
  const body = strips.map(({ arm, totalSteps, plan, drawn }, row) => {
    const top = 44 + row * ROW;
    return (
      `<text x='16' y='${top + 16}' fill='${ink("--ink")}'>${escaped(arm.name)}</text>` +
      `<text x='${LEFT - 8}' y='${top + 16}' text-anchor='end' fill='${ink("--ink-muted")}'>planned</text>` +
      `<text x='${LEFT - 8}' y='${top + PLAN + 28}' text-anchor='end' fill='${ink("--ink-muted")}'>drawn</text>` +
      columns(plan ?? [], totalSteps, top, PLAN) +
      columns(drawn, totalSteps, top + PLAN + 4, DRAWN)
    );
  });
  return svgFrame(WIDTH, 60 + strips.length * ROW, title, body.join(""));
}

function columns(all: readonly DrawColumn[], totalSteps: number, top: number, height: number): string {
  const scale = (WIDTH - LEFT - 16) / totalSteps;
  return all
    .flatMap(({ fromStep, toStep, shares }) => {
      let y = top + height;
      return DRAWN_BUCKETS.map((bucket) => {
        const part = (shares[bucket] ?? 0) * height;
        y -= part;
        return `<rect x='${(LEFT + (fromStep - 1) * scale).toFixed(2)}' y='${y.toFixed(2)}' width='${((toStep - fromStep + 1) * scale).toFixed(2)}' height='${part.toFixed(2)}' fill='${ink(`--bucket-${bucket.toLowerCase()}`)}'/>`;
      });
    })
    .join("");
}
