// Owns: a line chart: uPlot fed with lines, bands and rules, and a readout of the place under the pointer or pinned. Must not know: metrics, arms.
import { useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { LineSample } from "./arm-key.tsx";
import { formatCount, formatValue } from "../format/number.ts";
import { formatExactly } from "../format/time.ts";
import { timeZone } from "../format/time-zone.ts";
import { joinLines, keyRange, structureOf, wholeRange } from "./chart-data.ts";
import type { ChartLine, ChartRange, ChartRule } from "./chart-data.ts";
import { chartOptions } from "./chart-options.ts";
import { showPin } from "./chart-paint.ts";
import type { ChartNow } from "./chart-series.ts";
import { useThemeVersion } from "./theme-signal.ts";

interface ChartProps {
  /** What a reader who sees nothing is told. */
  readonly label: string;
  readonly lines: readonly ChartLine[];
  readonly rules?: readonly ChartRule[];
  readonly height?: number;
  /** What x is, in one or two words. */
  readonly xName?: string;
  /** x is milliseconds since 1970. */
  readonly isTime?: boolean;
  /** The x-axis reaches at least here: what is still to come has its room. */
  readonly until?: number | undefined;
  /** What the values can be, where that is known: the y-axis shows it whole. */
  readonly limits?: ChartRange;
  /** What the values can be: the y-axis goes no further, and need not go so far. */
  readonly bounds?: ChartRange | undefined;
  /** Charts with the same key share a crosshair. */
  readonly syncKey?: string;
  readonly isLog?: boolean;
  readonly range?: ChartRange | null;
  /** A stretch was drawn, or (null) all is wanted again. */
  readonly onRange?: (range: ChartRange | null) => void;
  /** The place that the readout stays at. */
  readonly pin?: number | null;
  readonly onPin?: (x: number | null) => void;
}

const MOST_TOLD = 12;
/** Two charts beside each other on A4 or letter, in pixels. */
const PAPER_WIDTH = 318;
const NO_RULES: readonly ChartRule[] = [];

export function Chart(props: ChartProps) {
  const {
    label,
    lines,
    rules = NO_RULES,
    height = 280,
    xName = "step",
    isTime = false,
    until,
    limits,
    bounds,
    syncKey,
    isLog = false,
    range = null,
    pin = null,
  } = props;
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [under, setUnder] = useState<number | null>(null);
  const theme = useThemeVersion();
  const structure = useMemo(() => structureOf(lines), [lines]);
  const data = useMemo(() => joinLines(lines, isLog), [lines, isLog]);
  const [now] = useState<ChartNow>(() => ({
    lines,
    data,
    rules,
    range,
    view: null,
    glide: null,
    until,
    limits,
    bounds,
    pin,
    onRange: undefined,
    onPin: undefined,
    onUnder: setUnder,
  }));
  Object.assign(now, { lines, data, rules, range, until, limits, bounds, pin, onRange: props.onRange, onPin: props.onPin });

  // What the plot has drawn last, where that was with everything else as it is now.
  const drawn = useRef<unknown>(null);

  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const width = element.clientWidth;
    const options = chartOptions(now, { height, width, isLog, zone: isTime ? timeZone() : undefined, syncKey });
    const made = new uPlot(options, now.data as uPlot.AlignedData, element);
    plot.current = made;
    drawn.current = now.data;
    const onWindow = new ResizeObserver(() => {
      if (element.clientWidth !== made.width) made.setSize({ width: element.clientWidth, height });
    });
    onWindow.observe(element);
    // A canvas does not follow the width of paper by itself.
    const onPaper = (): void => made.setSize({ width: Math.min(PAPER_WIDTH, made.width), height });
    const onScreen = (): void => made.setSize({ width: element.clientWidth, height });
    addEventListener("beforeprint", onPaper);
    addEventListener("afterprint", onScreen);
    return () => {
      onWindow.disconnect();
      removeEventListener("beforeprint", onPaper);
      removeEventListener("afterprint", onScreen);
      made.destroy();
      plot.current = null;
    };
  }, [structure, theme, height, syncKey, isLog, isTime, now]);

  const [from, to] = range ?? [null, null];
  useEffect(() => void (now.view = null), [from, to, now]);
  useEffect(() => {
    if (drawn.current !== data) plot.current?.setData(data as uPlot.AlignedData);
  }, [data, from, to, until]);
  useEffect(() => void (drawn.current = null));
  useEffect(() => plot.current?.redraw(false, false), [rules]);
  useEffect(() => void (plot.current && showPin(plot.current, pin)), [pin]);

  // Of a zoomed view what lies beside it is known, too, and is not in it.
  const end = range !== null && (data[0].at(-1) ?? -Infinity) > range[1] ? range[1] : null;
  return (
    <figure className="chart">
      <Readout
        lines={lines}
        x={under ?? pin ?? end}
        xName={xName}
        placeName={isTime ? (at) => formatExactly(new Date(at).toISOString()) : (at) => formatCount(Math.round(at * 10) / 10)}
        at={under !== null ? "pointer" : pin !== null ? "pin" : "end"}
        last={data[0].at(-1) ?? null}
      />
      {props.onRange === undefined ? (
        <div ref={holder} role="img" aria-label={label} style={{ height }} />
      ) : (
        <div
          ref={holder}
          role="img"
          aria-label={`${label}. Arrow keys move it, plus and minus zoom, 0 shows all.`}
          style={{ height }}
          tabIndex={0}
          onKeyDown={(event) => {
            if (event.ctrlKey || event.metaKey || event.altKey) return;
            const whole = wholeRange(data[0], until);
            const wanted = keyRange(event.key, range ?? whole, whole);
            if (wanted === undefined) return;
            event.preventDefault();
            props.onRange?.(wanted);
          }}
        />
      )}
    </figure>
  );
}

const AT = { pointer: "", pin: "pinned at ", end: "up to " } as const;

interface ReadoutProps {
  readonly lines: readonly ChartLine[];
  readonly x: number | null;
  readonly xName: string;
  readonly placeName: (x: number) => string;
  /** What x is; the end of a zoomed view where nobody points and nothing is pinned. */
  readonly at: keyof typeof AT;
  readonly last: number | null;
}

/** Values at the pointer or the pin, else each line's last. */
function Readout({ lines, x, xName, placeName, at: by, last }: ReadoutProps) {
  const place = x ?? last;
  const atPlace = ({ x: xs }: ChartLine): number => (x === null ? xs.length - 1 : placeAt(xs, x));
  const all = lines.filter(({ faint }) => !faint);
  // Of a hundred lines a reader can use the highest ones; the file has them all.
  const shown =
    all.length <= MOST_TOLD
      ? all
      : all
          .map((line) => ({ line, value: line.y[atPlace(line)] ?? -Infinity }))
          .sort((one, other) => other.value - one.value)
          .slice(0, MOST_TOLD)
          .map(({ line }) => line);
  const told = place === null ? "–" : placeName(place);
  // Of how many seeds is said once where it is the same for all, which it mostly is.
  const counts = new Set(shown.flatMap((line) => line.n?.[atPlace(line)] ?? []));
  const [common] = counts.size === 1 && shown.every(({ n }) => n !== undefined) ? counts : [];
  return (
    <figcaption className="chart-readout">
      <span className="chart-place">
        {x === null ? "latest, " : AT[by]}
        {xName} {told}
        {common !== undefined && ` · n = ${common}`}
        {all.length > shown.length && ` · the highest ${shown.length} of ${all.length} lines`}
      </span>
      {shown.map((line) => {
        // A line that has nothing here keeps its place: rows that come and go would move the chart under the pointer.
        const at = atPlace(line);
        const [low, high, n] = [line.low?.[at], line.high?.[at], line.n?.[at]];
        return (
          <span key={line.key} className="arm-key">
            <LineSample variable={line.variable} dash={line.dash} {...(line.mark ? { mark: line.mark } : {})} />
            <span className="line-name" title={line.label}>
              <bdi>{line.label}</bdi>
            </span>{" "}
            <span className="line-value">
              <strong>{formatValue(line.y[at])}</strong>
              {low != null && high != null && ` [${formatValue(low)}, ${formatValue(high)}]`}
              {n !== undefined && common === undefined && ` n = ${n}`}
            </span>
          </span>
        );
      })}
    </figcaption>
  );
}

/** Index of the place at x, or of the last one before it; -1 before the first and behind the last. */
function placeAt(xs: readonly number[], x: number): number {
  if (x > (xs.at(-1) ?? -Infinity)) return -1;
  let [low, high] = [0, xs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((xs[middle] ?? 0) <= x) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
