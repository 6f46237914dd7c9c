// Owns: an experiment file at one of the scales that it describes. Must not know: what any setting means.
import { merge } from "./merge.ts";
import type { FieldError } from "./refusal.ts";

/** What a scale may change: how long, how wide and how often, never what is compared. */
const OF_EXPERIMENTS = ["training", "evaluation", "seeds", "concurrency"];
/** Of a synthesis: how many seeds, and how often each problem is tried. */
export const OF_SYNTHESES = ["seeds", "attempts", "batch"];

/** `scales: { laptop: { training: { steps: 60 } } }`, `scale: laptop`: the named part laid over the file, `scales` gone. Fields of what is wrong. */
export function applyScale(
  written: unknown,
  scalable: readonly string[] = OF_EXPERIMENTS,
): { readonly written: unknown; readonly fields: readonly FieldError[] } {
  if (!isRecord(written) || !("scales" in written)) return { written, fields: [] };
  const { scales, ...rest } = written;
  if (!isRecord(scales)) return { written: rest, fields: [{ path: "scales", value: scales, expected: "settings by the name of a scale" }] };
  const foreign = Object.entries(scales).flatMap(([name, over]): FieldError[] =>
    isRecord(over)
      ? Object.entries(over)
          .filter(([key]) => !scalable.includes(key))
          .map(([key, value]) => ({ path: `scales.${name}.${key}`, value, expected: `one of ${scalable.join(", ")}` }))
      : [{ path: `scales.${name}`, value: over, expected: "an object" }],
  );
  const { scale } = rest;
  if (foreign.length > 0) return { written: rest, fields: foreign };
  if (typeof scale !== "string" || !Object.hasOwn(scales, scale))
    return { written: rest, fields: [{ path: "scale", value: scale ?? null, expected: `one of ${Object.keys(scales).join(", ")}` }] };
  return { written: merge(rest, scales[scale]), fields: [] };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
