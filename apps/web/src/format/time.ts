// Owns: how instants and durations are written. Must not know: what happened.
import { timeZone } from "./time-zone.ts";

/** In the reader's time zone; the year only where it is not this one. */
export function formatInstant(instant: string): string {
  const date = new Date(instant);
  const zone = timeZone();
  const yearOf = (one: Date): string => one.toLocaleString("en-GB", { year: "numeric", timeZone: zone });
  const year = yearOf(date) === yearOf(new Date()) ? {} : ({ year: "numeric" } as const);
  return date.toLocaleString("en-GB", { day: "numeric", month: "short", ...year, hour: "2-digit", minute: "2-digit", timeZone: zone });
}

export const formatClock = (instant: string): string =>
  new Date(instant).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: timeZone() });

/** To the second, with the zone's name: for whoever compares it with a log. */
export const formatExactly = (instant: string): string =>
  new Date(instant).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "long", timeZone: timeZone() });

/** `820 ms`, `12.3 s`, `4 min 05 s`, `3 h 12 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(Math.floor(seconds % 60)).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}
