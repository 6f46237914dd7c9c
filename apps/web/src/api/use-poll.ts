// Owns: asking again every few seconds where the API has no stream. Must not know: what is asked.
import { useEffect } from "react";

/** Milliseconds. */
const OFTEN = 3_000;

/** Counts from the newest `answer`, so that a slow API is never asked twice at once; a page that nobody looks at waits. */
export function usePoll(reload: () => void, answer: unknown, isOn: boolean, everyMs = OFTEN): void {
  useEffect(() => {
    if (!isOn) return;
    const ask = (): void => {
      if (!document.hidden) reload();
    };
    const timer = setTimeout(ask, everyMs);
    document.addEventListener("visibilitychange", ask);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", ask);
    };
  }, [reload, answer, isOn, everyMs]);
}
