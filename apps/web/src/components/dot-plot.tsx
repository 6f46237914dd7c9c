// Owns: means with intervals as marks in rows, one lane an arm, so that rows can be read against each other. Must not know: what rows are.
import { useEffect, useRef, useState } from "react";
import type { RefObject } from "react";
import { markPath } from "../arms/arm-look.ts";
import type { Mark } from "../arms/arm-look.ts";
import { formatValue } from "../format/number.ts";

export interface Dot {
  readonly key: string;
  readonly label: string;
  readonly variable: string;
  readonly mark: Mark;
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
}
export interface DotRow {
  readonly label: string;
  /** Where it was before, as an upright stroke; null = not known. */
  readonly before: number | null;
  readonly dots: readonly Dot[];
}

interface DotPlotProps {
  readonly label: string;
  readonly rows: readonly DotRow[];
  readonly svg: RefObject<SVGSVGElement | null>;
}

/** From one place of the axis to the next. */
const TICKS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25];
const MOST_TICKS = 5;
const [LANE, GAP, LEFT, RIGHT, FOOT] = [17, 12, 92, 50, 22];

/** Values are shares: the axis is from 0 to at most 1. */
export function DotPlot({ label, rows, svg }: DotPlotProps) {
  const holder = useRef<HTMLDivElement>(null);
  const width = useWidth(holder);
  const most = Math.max(
    0.05,
    ...rows.flatMap(({ before, dots }) => [before ?? 0, ...dots.map(({ mean, high }) => Math.max(mean, high ?? 0))]),
  );
  const step = TICKS.find((tick) => most <= MOST_TICKS * tick) ?? 0.25;
  const end = Math.min(1, Math.ceil(most / step - 1e-9) * step);
  const px = (value: number): number => LEFT + (Math.max(0, Math.min(end, value)) / end) * (width - LEFT - RIGHT);
  const tops = rows.map((_, at) => rows.slice(0, at).reduce((sum, row) => sum + row.dots.length * LANE + GAP, 6));
  const height = rows.reduce((sum, row) => sum + row.dots.length * LANE + GAP, 6) + FOOT;
  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, at) => at * step);
  return (
    <div ref={holder}>
      <svg ref={svg} className="dot-plot" role="img" aria-label={label} width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        {ticks.map((tick) => (
          <g key={tick}>
            <line x1={px(tick)} x2={px(tick)} y1={0} y2={height - FOOT} stroke="var(--line)" />
            <text x={px(tick)} y={height - 6} textAnchor="middle" fill="var(--ink-muted)">
              {Number(tick.toFixed(4))}
            </text>
          </g>
        ))}
        {rows.map(({ label: name, before, dots }, at) => {
          const top = tops[at] ?? 0;
          const bottom = top + dots.length * LANE;
          return (
            <g key={name}>
              <text x={0} y={(top + bottom) / 2 + 4} fill="var(--ink)">
                {name}
              </text>
              {before !== null && (
                <line x1={px(before)} x2={px(before)} y1={top} y2={bottom} stroke="var(--ink)" strokeWidth={2}>
                  <title>{`${name} before training: ${formatValue(before)}`}</title>
                </line>
              )}
              {dots.map((dot, lane) => {
                const y = top + lane * LANE + LANE / 2;
                const interval = dot.low === null || dot.high === null ? "" : ` [${formatValue(dot.low)}, ${formatValue(dot.high)}]`;
                return (
                  <g key={dot.key} data-dot={`${name} ${dot.label}`}>
                    <title>{`${name}, ${dot.label}: ${formatValue(dot.mean)}${interval}, n = ${dot.n}`}</title>
                    {dot.low !== null && dot.high !== null && (
                      <line
                        x1={px(dot.low)}
                        x2={px(dot.high)}
                        y1={y}
                        y2={y}
                        stroke={`var(${dot.variable})`}
                        strokeWidth={2}
                        opacity={0.55}
                      />
                    )}
                    <path d={markPath(dot.mark, 10)} transform={`translate(${px(dot.mean)} ${y})`} fill={`var(${dot.variable})`} />
                    <text x={width} y={y + 4} textAnchor="end" fill="var(--ink)">
                      {formatValue(dot.mean)}
                    </text>
                  </g>
                );
              })}
            </g>
          );
        })}
      </svg>
    </div>
  );
}

function useWidth(holder: RefObject<HTMLDivElement | null>): number {
  const [width, setWidth] = useState(480);
  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const watcher = new ResizeObserver(() => setWidth(Math.max(240, element.clientWidth)));
    watcher.observe(element);
    return () => watcher.disconnect();
  }, [holder]);
  return width;
}
