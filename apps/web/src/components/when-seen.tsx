// Owns: making a part of a page only when it is nearly in view: what nobody sees asks for nothing and subscribes to nothing. Must not know: the part.
import { useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import { onShowAll } from "./print-whole.ts";

/** `height`: the room kept until then, in pixels. What was seen once stays: scrolling back asks for no history again. */
export function WhenSeen({ height, children }: { readonly height: number; readonly children: ReactNode }) {
  const holder = useRef<HTMLDivElement>(null);
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const element = holder.current;
    if (element === null || isSeen) return;
    const watcher = new IntersectionObserver((entries) => entries.some(({ isIntersecting }) => isIntersecting) && setSeen(true), {
      rootMargin: "400px",
    });
    watcher.observe(element);
    // Paper shows every part.
    const leave = onShowAll(() => setSeen(true));
    return () => {
      watcher.disconnect();
      leave();
    };
  }, [isSeen]);
  return isSeen ? children : <div ref={holder} className="panel" style={{ minHeight: height }} aria-hidden="true" />;
}
