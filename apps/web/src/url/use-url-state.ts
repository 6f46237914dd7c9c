// Owns: view state that lives in the URL's query, so that a link or a reload shows the same view. Must not know: which view.
import { useCallback } from "react";
import { useLocation, useSearch } from "wouter";

/** The value of `key`, `fallback` where it is absent; setting the fallback removes it. `replace`: no step back for it (typing, dragging). */
export function useUrlState(key: string, fallback = ""): readonly [string, (value: string, options?: { replace?: boolean }) => void] {
  const search = useSearch();
  const [, navigate] = useLocation();
  const value = new URLSearchParams(search).get(key) ?? fallback;
  const set = useCallback(
    (next: string, { replace = false } = {}) => {
      // From the address and not from the last render: two keys may be set in one event.
      const query = new URLSearchParams(location.search);
      if (next === fallback) query.delete(key);
      else query.set(key, next);
      const text = query.toString();
      navigate(`${location.pathname}${text === "" ? "" : `?${text}`}`, { replace });
    },
    [key, fallback, navigate],
  );
  return [value, set];
}
