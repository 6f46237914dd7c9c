// Owns: telling what is painted by hand (canvases) that colours changed. Must not know: which colours.
import { useSyncExternalStore } from "react";

let version = 0;
const watchers = new Set<() => void>();

export function themeChanged(): void {
  version++;
  for (const watcher of watchers) watcher();
}

export function onThemeChange(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", themeChanged);

/** A number that changes with the theme. */
export const useThemeVersion = (): number => useSyncExternalStore(onThemeChange, () => version);
