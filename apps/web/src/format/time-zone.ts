// Owns: in which time zone this browser's reader wants instants: its own, or UTC as logs have it. Must not know: what is written in it.
import { useSyncExternalStore } from "react";

const KEY = "gradus-time-zone";
const watchers = new Set<() => void>();
let chosen: string = read();

function read(): string {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    // Tolerates a browser that keeps nothing: the reader's own zone.
    return "";
  }
}

/** The zone of this machine, an IANA name. */
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The IANA name of the zone that instants are written in. */
export const timeZone = (): string => (chosen === "" ? ownZone() : chosen);

/** Empty: the machine's own. */
export function chooseZone(zone: string): void {
  chosen = zone;
  try {
    localStorage.setItem(KEY, zone);
  } catch {
    // Tolerates a browser that keeps nothing: it holds until the page is closed.
  }
  for (const watcher of watchers) watcher();
}

/** What was chosen, empty for the machine's own zone; the component is made anew when it changes. */
export const useChosenZone = (): string =>
  useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    () => chosen,
  );
