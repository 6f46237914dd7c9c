// Owns: that what arrives is taken by its number. Must not know: sockets.
import { Arrivals } from "@gradus/worker/sandbox/bubblewrap/arrivals";
import { expect, it } from "vitest";

function things(...names: string[]) {
  const destroyed: string[] = [];
  return { destroyed, made: names.map((name) => ({ name, destroy: () => destroyed.push(name) })) };
}

it("hands out what arrived before it was asked for, and what arrives after", async () => {
  const { made, destroyed } = things("first", "second");
  const arrivals = new Arrivals<(typeof made)[number]>();
  expect(arrivals.add(made[0]!)).toBe(1);
  expect(await arrivals.take(1)).toBe(made[0]);
  const later = arrivals.take(2);
  expect(arrivals.add(made[1]!)).toBe(2);
  expect(await later).toBe(made[1]);
  expect([...arrivals.untaken()]).toEqual([]);
  expect(destroyed).toEqual([]);
});

it("throws away what was passed over, whether it came before or after, and keeps what is still to come", async () => {
  const { made, destroyed } = things("1", "2", "3", "4", "5");
  const arrivals = new Arrivals<(typeof made)[number]>();
  arrivals.add(made[0]!);
  const third = arrivals.take(3);
  for (const one of made.slice(1)) arrivals.add(one);
  expect(await third).toBe(made[2]);
  expect(destroyed).toEqual(["1", "2"]);
  expect([...arrivals.untaken()]).toEqual([made[3], made[4]]);
  expect(await arrivals.take(5)).toBe(made[4]);
  expect(destroyed).toEqual(["1", "2", "4"]);
});
