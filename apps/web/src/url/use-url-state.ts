// Owns: view state that lives in the URL's query, so that a link or a reload shows the same view. Must not know: which view.
import { useCallback } from "react";
import { navigate, useLocationProperty } from "wouter/use-browser-location";

let known = { text: "", query: new URLSearchParams() };

/** The address's query, taken apart once: every key of a page asks for it at every change, and a hundred chosen runs are a long text. */
function queryNow(): URLSearchParams {
  if (location.search !== known.text) known = { text: location.search, query: new URLSearchParams(location.search) };
  return known.query;
}

/**
 * The value of `key`, `fallback` where it is absent; setting the fallback removes it. `replace`: no step back for it (typing, dragging).
 * Another key's change does not render anew.
 */
export function useUrlState(key: string, fallback = ""): readonly [string, (value: string, options?: { replace?: boolean }) => void] {
  const value = useLocationProperty(() => queryNow().get(key) ?? fallback);
  const set = useCallback(
    (next: string, { replace = false } = {}) => {
      // From the address and not from the last render: two keys may be set in one event.
      const query = new URLSearchParams(location.search);
      if (next === fallback) query.delete(key);
      else query.set(key, next);
      const text = query.toString();
      // Charts that share a crosshair all tell of one drag: a step back for each would lead nowhere.
      if (text === new URLSearchParams(location.search).toString()) return;
      navigate(`${location.pathname}${text === "" ? "" : `?${text}`}`, { replace });
    },
    [key, fallback],
  );
  return [value, set];
}
