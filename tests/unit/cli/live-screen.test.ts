import { Writable } from "node:stream";
import { liveScreen } from "@gradus/cli/view/live-screen";
import { expect, test } from "vitest";

/** A terminal that understands what the screen writes: cursor up, erase below, colours. */
function terminal(columns = 40, rows = 10) {
  let lines: string[] = [""];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const [token] of chunk.toString().matchAll(/\u001B\[(\d*)([A-Za-z])|\r|\n|[^\u001B\r\n]+/gu)) {
        const up = /^\u001B\[(\d+)A$/u.exec(token);
        if (up !== null) lines = lines.slice(0, Math.max(0, lines.length - 1 - Number(up[1]))).concat("");
        else if (token === "\n") lines.push("");
        else if (!token.startsWith("\u001B") && token !== "\r") lines[lines.length - 1] += token;
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
