import { listCursor, listKey, streamCursor, streamPosition } from "@gradus/api/cursor";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

const codeOf = (call: () => unknown): unknown => {
  try {
    call();
    return null;
  } catch (error) {
    return (error as { extensions?: { code?: string } }).extensions?.code;
  }
};

describe("a stream cursor", () => {
  test("gives its position back, of any size, in its own stream and epoch", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }), fc.string(), (position, epoch) => {
        expect(streamPosition("run", epoch, streamCursor("run", epoch, position))).toBe(position);
      }),
    );
  });

  test("stands for the beginning where there is none", () => {
    expect(streamPosition("run", "e", null)).toBe(0n);
    expect(streamPosition("all", "e", undefined)).toBe(0n);
  });

  test("has expired in another epoch, and is foreign to another stream", () => {
    const cursor = streamCursor("run", "e", 5n);
    expect(codeOf(() => streamPosition("run", "f", cursor))).toBe("CURSOR_EXPIRED");
    expect(codeOf(() => streamPosition("all", "e", cursor))).toBe("BAD_USER_INPUT");
  });

  test("that no server made is refused, whatever it says", () => {
    fc.assert(fc.property(fc.string(), (text) => void expect(codeOf(() => streamPosition("run", "e", text))).toBe("BAD_USER_INPUT")));
    for (const parts of [["run", "e", "-1"], ["run", "e", "1e3"], ["run"], [1, 2, 3], {}])
      expect(codeOf(() => streamPosition("run", "e", Buffer.from(JSON.stringify(parts)).toString("base64url")))).toBe("BAD_USER_INPUT");
  });
});

test("a list cursor gives its key back, in its own list only", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string(), { minLength: 2, maxLength: 2 }),
      (key) => void expect(listKey("runs", listCursor("runs", key), 2)).toEqual(key),
    ),
  );
  expect(listKey("runs", null, 2)).toBeNull();
  expect(codeOf(() => listKey("runs", listCursor("experiments", ["a", "b"]), 2))).toBe("BAD_USER_INPUT");
});
