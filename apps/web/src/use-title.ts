// Owns: the document's title. Must not know: pages.
import { useEffect } from "react";

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === "" ? "Gradus" : `${title} · Gradus`;
  }, [title]);
}
