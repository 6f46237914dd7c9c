// Owns: settings laid over settings. Must not know: what they mean.

/** Nothing where it is no object. */
export const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** `over` laid over `base`, objects inside objects. */
export function merge(base: object, over: unknown): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(asRecord(over))) {
    const below = merged[key];
    merged[key] = isPlainObject(below) && isPlainObject(value) ? merge(below, value) : value;
  }
  return merged;
}

const isPlainObject = (value: unknown): value is object => typeof value === "object" && value !== null && !Array.isArray(value);
