// Owns: telling what is painted by hand (canvases) that colours changed. Must not know: which colours.
import { useSyncExternalStore } from "react";

let version = 0;
const watchers = new Set<() => void>();

export function themeChanged(): void {
  version++;
  for (const watcher of watchers) watcher();
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", themeChanged);

/** A number that changes with the theme. */
export const useThemeVersion = (): number =>
  useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    () => version,
  );
