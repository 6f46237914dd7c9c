// Owns: what nodes say of themselves from now on, by one subscription: each as it is, and the readings of its machine. Must not know: how it is shown.
import { useState } from "react";
import { useFollow } from "../api/follow.ts";
import { readingOf } from "./readings.ts";
import type { HeardNode, Reading } from "./readings.ts";
import { NODE_HEALTH } from "./telemetry-query.ts";

export interface Heard {
  readonly nodes: ReadonlyMap<string, HeardNode>;
  readonly readings: ReadonlyMap<string, readonly Reading[]>;
}

/** Of each node at most: 7 hours of a heartbeat every 10 s; who looks longer asks anew by opening the page. */
const MOST_READINGS = 2_500;
/** Every node first, as it is now, then what changes. */
const NEVER_BEFORE = { after: null };
const NOTHING: Heard = { nodes: new Map(), readings: new Map() };

/** `whose`: one node by its id; null: nobody is listened to. `onExpired`: what was heard is forgotten, and a page that is opened anew has the rest. */
export function useHeard(whose: "every node" | { readonly id: string } | null, onExpired?: () => void): Heard {
  const [heard, setHeard] = useState(NOTHING);
  useFollow(NODE_HEALTH, whose === null ? null : NEVER_BEFORE, (answer) => answer.nodeHealth, {
    onItem({ nodes }) {
      const mine = nodes.filter(({ id }) => whose === "every node" || id === whose?.id);
      if (mine.length > 0) setHeard((before) => withNews(before, mine));
    },
    onExpired() {
      setHeard(NOTHING);
      onExpired?.();
    },
  });
  return heard;
}

function withNews(before: Heard, news: readonly HeardNode[]): Heard {
  const readings = new Map(before.readings);
  for (const node of news) {
    const reading = readingOf(node);
    if (reading !== null) readings.set(node.id, [...(readings.get(node.id) ?? []), reading].slice(-MOST_READINGS));
  }
  return { nodes: new Map([...before.nodes, ...news.map((node) => [node.id, node] as const)]), readings };
}
