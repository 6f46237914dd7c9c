// Owns: orders that destroy something: they wait some seconds, on every page, for whoever did not mean them. Must not know: which orders.
import { useEffect, useState, useSyncExternalStore } from "react";
import { Button } from "./button.tsx";

const WAIT_MS = 7_000;

interface Order {
  readonly key: number;
  /** What will be, as in `Run a.b.1 is cancelled`. */
  readonly text: string;
  readonly due: number;
  readonly go: () => void;
  readonly onUndone: (() => void) | undefined;
}

let orders: readonly Order[] = [];
let last = 0;
const watchers = new Set<() => void>();

function become(next: readonly Order[]): void {
  orders = next;
  for (const watcher of watchers) watcher();
}

const drop = (key: number): void => become(orders.filter((order) => order.key !== key));

/** `go` is called after a few seconds, or at once when the page is closed; never where it was undone. `onUndone`: it was. */
export function orderWithUndo(text: string, go: () => void, onUndone?: () => void): void {
  const key = ++last;
  const once = (): void => {
    if (!orders.some((order) => order.key === key)) return;
    drop(key);
    go();
  };
  become([...orders, { key, text, due: Date.now() + WAIT_MS, go: once, onUndone }]);
  setTimeout(once, WAIT_MS);
}

addEventListener("pagehide", () => orders.forEach(({ go }) => go()));

/** Stands at the foot of every page while something waits. */
export function UndoBar() {
  const waiting = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    () => orders,
  );
  return (
    <div className="undo-bar no-print" role="status">
      {waiting.map((order) => (
        <Waiting key={order.key} order={order} />
      ))}
    </div>
  );
}

function Waiting({ order: { key, text, due, onUndone } }: { readonly order: Order }) {
  const [left, setLeft] = useState(Math.ceil((due - Date.now()) / 1_000));
  useEffect(() => {
    const timer = setInterval(() => setLeft(Math.max(0, Math.ceil((due - Date.now()) / 1_000))), 500);
    return () => clearInterval(timer);
  }, [due]);
  const undo = (): void => {
    drop(key);
    onUndone?.();
  };
  return (
    <div className="undo row">
      <span>
        {text} <span aria-hidden="true">in {left} s</span>
      </span>
      <Button kind="primary" onClick={undo}>
        Undo
      </Button>
    </div>
  );
}
