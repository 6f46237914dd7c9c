// Owns: where a reader of a list is that is asked for page by page, there and back. Must not know: which list, how it is shown.
import { useState } from "react";

export interface Pages {
  /** Where the page begins; null: with the list. */
  readonly after: string | null;
  readonly back: () => void;
  /** `end`: of the page that is shown. */
  readonly on: (end: unknown) => void;
  /** Of another list, or another choice from it. */
  readonly restart: () => void;
}

export function usePages(): Pages {
  /** Ends of the pages before this one. */
  const [path, setPath] = useState<readonly string[]>([]);
  return {
    after: path.at(-1) ?? null,
    back: () => setPath(path.slice(0, -1)),
    on: (end) => setPath([...path, String(end ?? "")]),
    restart: () => setPath([]),
  };
}
