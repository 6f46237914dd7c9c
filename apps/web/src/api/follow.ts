// Owns: following a stream by cursor: after a dropped socket it goes on behind the last event that was seen. Must not know: what is streamed.
import { useEffect, useEffectEvent } from "react";
import type { TypedDocumentString } from "../generated/graphql.ts";
import { liveClient } from "./connection.ts";

export interface Placed {
  readonly cursor: string;
}

export interface Following<Item extends Placed> {
  readonly onItem: (item: Item) => void;
  /** The cursor is of another store epoch: what is shown has to be asked for anew. */
  readonly onExpired: () => void;
}

/** Begins behind `after` (null: at the beginning); returns what ends it. */
export function follow<Data, Variables extends { after?: string | null | undefined }, Item extends Placed>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  itemOf: (data: Data) => Item,
  { onItem, onExpired }: Following<Item>,
): () => void {
  let after = variables.after ?? null;
  // The client sends this object again after every reconnect: the getter puts in the place that was reached.
  const payload = {
    query: document.toString(),
    get variables() {
      return { ...variables, after };
    },
  };
  return liveClient.subscribe<Data>(payload, {
    next({ data, errors }) {
      if (errors?.some(({ extensions }) => extensions?.["code"] === "CURSOR_EXPIRED")) return onExpired();
      if (data == null) return;
      const item = itemOf(data);
      after = item.cursor;
      onItem(item);
    },
    error(error) {
      if (Array.isArray(error) && error.some((one) => one?.extensions?.code === "CURSOR_EXPIRED")) onExpired();
      else console.error("a subscription ended", error);
    },
    complete() {},
  });
}

/** `variables` null: do not follow. Changes of `following` alone do not begin anew. */
export function useFollow<Data, Variables extends { after?: string | null | undefined }, Item extends Placed>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables | null,
  itemOf: (data: Data) => Item,
  following: Following<Item>,
): void {
  const key = variables === null ? "" : JSON.stringify(variables);
  const onItem = useEffectEvent(following.onItem);
  const onExpired = useEffectEvent(following.onExpired);
  const item = useEffectEvent(itemOf);
  useEffect(() => {
    if (key === "") return;
    return follow(document, JSON.parse(key) as Variables, (data: Data) => item(data), {
      onItem: (one: Item) => onItem(one),
      onExpired: () => onExpired(),
    });
  }, [document, key]);
}
