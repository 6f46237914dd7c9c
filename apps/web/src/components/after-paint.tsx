// Owns: letting what takes long to draw wait for the paint that answers an input. Must not know: what is drawn.
import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { flushSync } from "react-dom";
import { oncePerFrame } from "../api/next-frame.ts";

const waiting = new Set<() => void>();

/** One at a time, each in a task of its own: between two of them the page hears its reader. */
function workOff(): void {
  const [work] = waiting;
  if (work === undefined) return;
  waiting.delete(work);
  if (waiting.size > 0) setTimeout(workOff);
  work();
}
// What a frame's callback puts off comes behind that frame's paint; one frame later the picture is on its way to the screen, which takes a processor too.
const next = oncePerFrame(() => setTimeout(workOff));
const begin = oncePerFrame(next);

/** Returns what takes it back. */
function afterPaint(work: () => void): () => void {
  waiting.add(work);
  begin();
  return () => void waiting.delete(work);
}

/** The value as it was until the next paint: what an input changes beside it is shown first, and it follows. */
export function useAfterPaint<Value>(value: Value): Value {
  const [shown, setShown] = useState(() => value);
  useEffect(() => (value === shown ? undefined : afterPaint(() => flushSync(() => setShown(() => value)))), [value, shown]);
  return shown;
}

/** The same for a part of a page: the elements of before are passed over by React with all that is in them. */
export const AfterPaint = ({ children }: { readonly children: ReactNode }): ReactNode => useAfterPaint(children);
