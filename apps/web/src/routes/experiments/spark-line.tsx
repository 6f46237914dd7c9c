// Owns: every arm's pass@1 so far in a few pixels. Must not know: where places come from.
import { armLook } from "../../arms/arm-look.ts";
import { meanOverSeeds } from "../../statistics/t-interval.ts";
import type { EvaluatedPlace } from "./best-pass-rate.ts";

interface SparkLineProps {
  readonly arms: readonly { readonly id: string; readonly ordinal: number }[];
  readonly runs: readonly { readonly id: string; readonly arm: { readonly id: string } }[];
  readonly places: ReadonlyMap<string, readonly EvaluatedPlace[]>;
}

const WIDTH = 96;
const HEIGHT = 30;

export function SparkLine({ arms, runs, places }: SparkLineProps) {
  const lines = arms.map(({ id, ordinal }) => {
    const ofArm = runs.filter(({ arm }) => arm.id === id).flatMap((run) => places.get(run.id) ?? []);
    const means = [...Map.groupBy(ofArm, ({ step }) => step)].sort(([a], [b]) => a - b);
    return { ordinal, points: means.map(([step, same]) => [step, meanOverSeeds(same.map(({ value }) => value))?.mean ?? 0] as const) };
  });
  const all = lines.flatMap(({ points }) => points);
  if (new Set(all.map(([step]) => step)).size < 2) return null;
  const [left, right] = span(all.map(([step]) => step));
  const [low, high] = span(all.map(([, value]) => value));
  const at = ([step, value]: readonly [number, number]): string =>
    `${(((step - left) / (right - left)) * (WIDTH - 4) + 2).toFixed(1)} ${(HEIGHT - 3 - ((value - low) / (high - low || 1)) * (HEIGHT - 6)).toFixed(1)}`;
  return (
    <svg width={WIDTH} height={HEIGHT} aria-hidden="true" style={{ flex: "none" }}>
      {lines.map(({ ordinal, points }) => {
        const { variable, dash } = armLook(ordinal);
        const path = points.map((point, index) => `${index === 0 ? "M" : "L"}${at(point)}`).join("");
        return <path key={ordinal} d={path} fill="none" stroke={`var(${variable})`} strokeWidth="1.5" strokeDasharray={dash.join(" ")} />;
      })}
    </svg>
  );
}

const span = (values: readonly number[]): readonly [number, number] => [Math.min(...values), Math.max(...values)];
