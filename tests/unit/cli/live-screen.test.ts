import { Writable } from "node:stream";
import { liveScreen } from "@gradus/cli/view/live-screen";
import { expect, test } from "vitest";

/** A terminal that understands what the screen writes: cursor up, erase below, colours. */
function terminal(columns = 40, rows = 10) {
  let lines: string[] = [""];
  const type = (text: string): void => {
    const [first = "", ...others] = text.replaceAll("\r", "").split("\n");
    lines = [...lines.slice(0, -1), `${lines.at(-1) ?? ""}${first}`, ...others];
  };
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const [plain = "", ...escaped] = chunk.toString().split("\u001B[");
      type(plain);
      for (const part of escaped) {
        const [, count = "", code = "", text = ""] = /^(\d*)([A-Za-z])([^]*)$/.exec(part) ?? [];
        if (code === "A") lines = [...lines.slice(0, Math.max(0, lines.length - 1 - Number(count))), ""];
        type(text);
      }
      done();
    },
  });
  return { screen: liveScreen(Object.assign(stream, { columns, rows })), shows: () => lines.slice(0, -1) };
}

test("shown lines replace those shown before", () => {
  const { screen, shows } = terminal();
  screen.show(["uniform 1/10", "classic 0/10"]);
  screen.show(["uniform 2/10", "classic 1/10"]);
  expect(shows()).toEqual(["uniform 2/10", "classic 1/10"]);
});

test("a line that is said stays above the shown ones", () => {
  const { screen, shows } = terminal();
  screen.show(["uniform 1/10"]);
  screen.say("the API is away, waiting for it");
  screen.show(["uniform 2/10"]);
  expect(shows()).toEqual(["the API is away, waiting for it", "uniform 2/10"]);
});

test("left lines stay where they are", () => {
  const { screen, shows } = terminal();
  screen.show(["uniform 10/10"]);
  screen.leave();
  screen.show(["next"]);
  expect(shows()).toEqual(["uniform 10/10", "next"]);
});

test("lines are cut to the window, colours not counted, so that none wraps", () => {
  const { screen, shows } = terminal(11, 3);
  screen.show(["\u001B[32mgreen\u001B[39m and longer than the window", "second", "third"]);
  expect(shows()).toEqual(["green and ", "second"]);
});
