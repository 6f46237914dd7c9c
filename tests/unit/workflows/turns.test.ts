import { expect, test } from "vitest";
import { Turns } from "@gradus/workflows/experiment/turns";

test("a run that was paused before it began is passed over, and is next once it is released", () => {
  const turns = new Turns();
  turns.queue(["a", "b", "c"]);
  expect(turns.take()).toBe("a");
  turns.hold("a");
  expect(turns.take()).toBe("b");
  turns.release("a");
  expect(turns.isReleased("a")).toBe(true);
  turns.putBack("a");
  expect(turns.take()).toBe("a");
  expect(turns.take()).toBe("c");
  expect(turns.take()).toBeUndefined();
});

test("a word that comes while the run's turn is being looked at counts, one that came before its turn is over with it", () => {
  const turns = new Turns();
  turns.queue(["a"]);
  turns.release("a");
  turns.take();
  expect(turns.isReleased("a")).toBe(false);
  turns.release("a");
  turns.hold("a");
  expect(turns.isReleased("a")).toBe(true);
});

test("it is over when nothing waits, is under way or is held", () => {
  const turns = new Turns();
  turns.queue(["a", "b"]);
  turns.take();
  turns.take();
  expect([turns.hasNext(), turns.isOver()]).toEqual([false, false]);
  turns.end("a");
  turns.hold("b");
  expect(turns.isOver()).toBe(false);
  turns.end("b");
  expect(turns.isOver()).toBe(true);
});
