// Owns: which readings of a machine stand in which chart, in which unit, and how a stretch of them grows with what a node says. Must not know:
// components, how readings are asked for.
import type { ChartLine, ChartRule } from "../components/chart-data.ts";
import type { NodeHealthSubscription, RunTelemetryQuery } from "../generated/graphql.ts";

export type Stretch = NonNullable<RunTelemetryQuery["run"]>["telemetry"][number];
export type HeardNode = NodeHealthSubscription["nodeHealth"]["nodes"][number];

/** A reading at a moment, milliseconds since 1970. */
export interface Reading {
  readonly nodeId: string;
  readonly at: number;
  readonly values: ReadonlyMap<string, number>;
}

interface Look {
  readonly variable: string;
  readonly dash: readonly number[];
}

/** Readings are no arms: ink, told apart by dashes. */
const LOOKS: readonly Look[] = [
  { variable: "--ink", dash: [] },
  { variable: "--ink-muted", dash: [6, 3] },
  { variable: "--ink-muted", dash: [2, 3] },
  { variable: "--ink", dash: [10, 3, 2, 3] },
];

interface Kind {
  readonly title: string;
  readonly unit: string;
  /** Of a stored value. */
  readonly scale: number;
  readonly names: RegExp;
  readonly label: (name: string) => string;
}

const card = (name: string): string => `card ${/^gpu\.(\d+)\./.exec(name)?.[1] ?? "?"}`;
const KINDS: readonly Kind[] = [
  {
    title: "Processor cores busy",
    unit: "cores",
    scale: 1,
    names: /^(?:coresUsed|workerCoresUsed)$/,
    label: (name) => (name === "coresUsed" ? "machine" : "worker"),
  },
  {
    title: "Memory in use",
    unit: "GB",
    scale: 1e-9,
    names: /^(?:memoryUsedBytes|rssBytes|childrenRssBytes)$/,
    label: (name) => (name === "memoryUsedBytes" ? "machine" : name === "rssBytes" ? "worker" : "what it started"),
  },
  { title: "Wait in line for the sandbox", unit: "ms", scale: 1, names: /^queueWaitMs$/, label: () => "mean of a minute" },
  { title: "Graphics cards busy", unit: "share", scale: 1, names: /^gpu\.\d+\.utilisation$/, label: card },
  { title: "Graphics memory in use", unit: "GB", scale: 1e-9, names: /^gpu\.\d+\.memoryUsedBytes$/, label: card },
  { title: "Graphics cards' power", unit: "W", scale: 1, names: /^gpu\.\d+\.powerWatts$/, label: card },
  { title: "Graphics cards' temperature", unit: "°C", scale: 1, names: /^gpu\.\d+\.temperatureCelsius$/, label: card },
];

/** The machine's own before the worker's, and cards in their order. */
const IN_ORDER = ["coresUsed", "workerCoresUsed", "memoryUsedBytes", "rssBytes", "childrenRssBytes"];
const placeOf = (name: string): number => (IN_ORDER.indexOf(name) + IN_ORDER.length + 1) % (IN_ORDER.length + 1);

export interface TelemetryChart {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly ChartLine[];
}

/** A chart for each kind of reading that is known at all; `heard`: what came behind the stretches. */
export function telemetryCharts(stretches: readonly Stretch[], heard: readonly Reading[]): TelemetryChart[] {
  const names = [
    ...new Set([
      ...stretches.flatMap(({ series }) => series.map(({ name }) => name)),
      ...heard.flatMap(({ values }) => [...values.keys()]),
    ]),
  ].sort((one, other) => placeOf(one) - placeOf(other) || one.localeCompare(other, "en", { numeric: true }));
  return KINDS.flatMap(({ title, unit, scale, names: of, label }) => {
    const lines = names
      .filter((name) => of.test(name))
      .map((name, index): ChartLine => {
        const places = placesOf(name, stretches, heard);
        return {
          key: name,
          label: label(name),
          ...(LOOKS[index % LOOKS.length] ?? { variable: "--ink", dash: [] }),
          x: places.map(([at]) => at),
          y: places.map(([, value]) => (value === null ? null : value * scale)),
        };
      })
      .filter(({ y }) => y.some((value) => value !== null));
    return lines.length === 0 ? [] : [{ title, unit, lines }];
  });
}

/** Rising; a stretch without the reading, and the time between two stretches, are gaps. */
function placesOf(name: string, stretches: readonly Stretch[], heard: readonly Reading[]): (readonly [at: number, value: number | null])[] {
  const places = new Map<number, number | null>();
  for (const { series, bucketMs } of stretches) {
    const one = series.find((of) => of.name === name);
    if (one === undefined) continue;
    let last: number | null = null;
    for (const [index, at] of one.at.entries()) {
      const [begin, value] = [Number(at), one.mean[index]];
      // Two buckets apart nothing was said: the line does not bridge it.
      if (last !== null && begin - last > 2 * bucketMs) places.set(last + bucketMs, null);
      places.set(begin, typeof value === "number" ? value : null);
      last = begin;
    }
  }
  const until = Math.max(-Infinity, ...places.keys());
  for (const { at, values } of heard) if (at > until) places.set(at, values.get(name) ?? null);
  return [...places].sort(([one], [other]) => one - other);
}

/** Where another node took over, where there was more than one. */
export function nodeRules(stretches: readonly Stretch[]): ChartRule[] {
  if (new Set(stretches.map(({ node }) => node?.id)).size < 2) return [];
  return stretches.map(({ from, node }) => ({
    x: Date.parse(from),
    label: node?.id ?? "a node that is gone",
    variable: "--ink-muted",
    dash: [4, 4],
  }));
}

/** What a node says of itself now, by the names that are stored; null where it says nothing of its machine. */
export function readingOf({ id, lastSeenAt, machine, sandbox }: HeardNode): Reading | null {
  if (machine == null) return null;
  const { coresUsed, workerCoresUsed, rssBytes, childrenRssBytes, memoryUsedBytes, gpus } = machine;
  const told: readonly (readonly [string, number | null | undefined])[] = [
    ["coresUsed", coresUsed],
    ["workerCoresUsed", workerCoresUsed],
    ["rssBytes", rssBytes],
    ["childrenRssBytes", childrenRssBytes],
    ["memoryUsedBytes", memoryUsedBytes],
    ["queueWaitMs", sandbox?.queueWaitMs],
    ...gpus.flatMap(({ index, utilisation, memoryUsedBytes: used, powerWatts, temperatureCelsius }) => [
      [`gpu.${index}.utilisation`, utilisation] as const,
      [`gpu.${index}.memoryUsedBytes`, used] as const,
      [`gpu.${index}.powerWatts`, powerWatts] as const,
      [`gpu.${index}.temperatureCelsius`, temperatureCelsius] as const,
    ]),
  ];
  return {
    nodeId: id,
    at: Date.parse(lastSeenAt),
    values: new Map(told.flatMap(([name, value]) => (value == null ? [] : [[name, value] as const]))),
  };
}

/** What could not be known, in words, each once. */
export const absences = (stretches: readonly Stretch[]): string[] => [
  ...new Set(
    stretches.flatMap(({ absent }) => absent.map(({ reading, reason }) => `${reading === "gpu" ? "graphics cards" : reading}: ${reason}`)),
  ),
];
