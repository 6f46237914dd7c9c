// Owns: who runs when on a pool of slots and spare ones. Must not know: what runs there.
import { type Slot, SlotPool } from "@gradus/worker/sandbox/slot-pool";
import { expect, it } from "vitest";

interface Numbered extends Slot {
  readonly ordinal: number;
  healthy: boolean;
}

/** A pool, and executions whose steps a test takes itself: `leaves` where only clearing the slot is left, `ends` once that is done. */
async function poolOf(size: number, spares: number) {
  const closed: number[] = [];
  let made = 0;
  const make = async (): Promise<Numbered> => {
    const ordinal = made++;
    return { ordinal, healthy: true, strays: () => 0, close: async () => void closed.push(ordinal) };
  };
  const pool = new SlotPool(size, make, spares);
  await pool.fill(async () => {});
  const on = new Map<string, Numbered>();
  const start = (name: string, how: "use" | "useAlone" = "use") => {
    const end = Promise.withResolvers<void>();
    let leave: (() => void) | undefined;
    const over = pool[how](async (slot, leaves) => {
      leave = leaves;
      on.set(name, slot);
      await end.promise;
      on.delete(name);
    });
    return {
      leaves: async () => (leave?.(), await settled()),
      ends: async () => (end.resolve(), await over, await settled()),
    };
  };
  return { pool, closed, start, on, running: async () => (await settled(), [...on.keys()]) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

it("lets the next begin on a spare slot when one has left, and no more at once than there are places", async () => {
  const { pool, start, on, running } = await poolOf(2, 1);
  const [a, b, c] = [start("a"), start("b"), start("c"), start("d")];
  expect(await running()).toEqual(["a", "b"]);
  await a!.leaves();
  expect(await running()).toEqual(["a", "b", "c"]);
  expect(new Set([...on.values()].map(({ ordinal }) => ordinal)).size).toBe(3);
  expect(pool.load()).toMatchObject({ running: 2, waiting: 1, finished: 0 });
  // One spare slot: who leaves next makes room only once a slot has been cleared.
  await b!.leaves();
  await c!.leaves();
  expect(await running()).toEqual(["a", "b", "c"]);
  expect(pool.load()).toMatchObject({ running: 0, waiting: 1, finished: 0 });
  await a!.ends();
  expect(await running()).toEqual(["b", "c", "d"]);
  expect(pool.load()).toMatchObject({ running: 1, waiting: 0, finished: 1, replacedSlots: 0 });
});

it("without a spare slot keeps the next waiting until the slot has been cleared", async () => {
  const { start, running } = await poolOf(1, 0);
  const a = start("a");
  start("b");
  await running();
  await a.leaves();
  expect(await running()).toEqual(["a"]);
  await a.ends();
  expect(await running()).toEqual(["b"]);
});

it("runs alone only what no execution is beside, one that has left included", async () => {
  const { start, running } = await poolOf(2, 2);
  const a = start("a");
  const alone = start("alone", "useAlone");
  start("b");
  await running();
  await a.leaves();
  expect(await running()).toEqual(["a"]);
  await a.ends();
  expect(await running()).toEqual(["alone"]);
  await alone.ends();
  expect(await running()).toEqual(["b"]);
});

it("counts a place as busy until it was left, and no longer", async () => {
  const { pool, start, running } = await poolOf(1, 1);
  const a = start("a");
  await running();
  await a.leaves();
  const { busyMs } = pool.load();
  expect(busyMs).toBeGreaterThan(0);
  await a.ends();
  expect(pool.load()).toMatchObject({ busyMs, finished: 1 });
});

it("gives out no slot that broke while nobody used it", async () => {
  const { pool, closed, start, on, running } = await poolOf(1, 1);
  const a = start("a");
  await running();
  const slot = on.get("a")!;
  await a.ends();
  slot.healthy = false;
  start("b");
  await running();
  expect(on.get("b")?.ordinal).not.toBe(slot.ordinal);
  expect(closed).toEqual([slot.ordinal]);
  expect(pool.load().replacedSlots).toBe(1);
});

it("ends its slots only when those who left have cleared theirs", async () => {
  const { pool, closed, start, running } = await poolOf(1, 1);
  const a = start("a");
  await running();
  await a.leaves();
  const ending = pool.close();
  await running();
  expect(closed).toEqual([]);
  await a.ends();
  await ending;
  expect(closed.toSorted()).toEqual([0, 1]);
  await expect(pool.use(async () => {})).rejects.toThrow("closed");
});
