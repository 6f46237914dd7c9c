// Owns: the views of a kind of page that people keep in the store: asked for when they are wanted, saved, forgotten after the wait that can be undone.
// Must not know: what a view shows.
import { useState } from "react";
import { ask, messageOf } from "../api/ask.ts";
import { useAnswer } from "../api/use-answer.ts";
import { orderWithUndo } from "../components/undo.tsx";
import type { SavedViewsQuery } from "../generated/graphql.ts";
import { DELETE_VIEW, SAVED_VIEWS, SAVE_VIEW } from "./views-query.ts";

export interface KeptView {
  readonly id: string;
  readonly name: string;
  readonly createdBy: string;
  /** As `viewOf` has it. */
  readonly query: string;
}

/** What another page, or an older one, left under this page's name is no view of it. */
const keptOf = ({ savedViews }: SavedViewsQuery): KeptView[] =>
  savedViews.flatMap(({ id, name, createdBy, state }) => {
    const query = (state as { readonly query?: unknown } | null)?.query;
    return typeof query === "string" ? [{ id, name, createdBy, query }] : [];
  });

interface Outcome {
  readonly error?: { readonly message: string } | null;
}

/** `isWanted`: nobody is asked before. `project`: whose views they become; absent: the store's own choice. */
export function useViews(kind: string, project: string | undefined, isWanted: boolean) {
  const { data, error, reload } = useAnswer(SAVED_VIEWS, isWanted ? { page: kind } : null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [going, setGoing] = useState<ReadonlySet<string>>(new Set());
  const tell = async (order: () => Promise<Outcome>): Promise<void> => {
    try {
      setTrouble((await order()).error?.message ?? null);
    } catch (failure) {
      // Tolerates an API that is away or refuses: the reader is told, and what is kept stands.
      setTrouble(messageOf(failure));
    }
    reload();
  };
  const stay = (id: string): void => setGoing((before) => new Set([...before].filter((one) => one !== id)));
  return {
    /** Undefined: not known yet. */
    views: data && keptOf(data).filter(({ id }) => !going.has(id)),
    error,
    trouble,
    reload,
    keep: (name: string, query: string): void =>
      void tell(
        async () =>
          (await ask(SAVE_VIEW, { input: { ...(project === undefined ? {} : { project }), page: kind, name, state: { query } } })).saveView,
      ),
    forget({ id, name }: KeptView): void {
      setGoing((before) => new Set(before).add(id));
      orderWithUndo(
        `The view ${name} is forgotten`,
        () => void tell(async () => (await ask(DELETE_VIEW, { id })).deleteView),
        () => stay(id),
      );
    },
  };
}
