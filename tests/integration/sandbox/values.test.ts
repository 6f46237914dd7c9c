// Owns: the wire form, the literal reader and equality against real Python, on generated values.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parsePythonLiteral } from "@gradus/domain/python-literal";
import { type PythonValue, parseWire, sameValue, toWire } from "@gradus/domain/python-value";
import { findPython } from "@gradus/worker/sandbox/bubblewrap/python";
import { expect, it } from "vitest";

const COUNT = 100_000;
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

interface Generated {
  readonly wire: string;
  readonly literal: string;
  readonly equalsBefore: boolean;
}

async function generate(seed: number, count: number): Promise<Generated[]> {
  const python = await findPython();
  const script = here("../../testkit/sandbox/generate-values.py");
  const wire = here("../../../apps/worker/src/sandbox/guest/wire.py");
  const args = ["-S", script, wire, String(seed), String(count)];
  const { stdout } = await promisify(execFile)(python?.executable ?? "python3", args, { maxBuffer: 2 ** 30 });
  return stdout
    .trim()
    .split("\n")
    .map((line) => {
      const [wireForm = "", literal = "", equal = ""] = line.split("\t");
      return { wire: wireForm, literal, equalsBefore: equal === "1" };
    });
}

it("round-trips a hundred thousand generated values between Python and us, by wire and by literal", { timeout: 600_000 }, async () => {
  const values = await generate(7215, COUNT);
  expect(values.length).toBe(COUNT);
  const broken: unknown[] = [];
  let equalPairs = 0;
  let before: PythonValue | null = null;
  for (const { wire, literal, equalsBefore } of values) {
    const value = parseWire(wire);
    if (toWire(value) !== wire) broken.push(["wire", wire, toWire(value)]);
    // CPython itself loses signed zeros and infinities of complex numbers between repr and eval.
    const read = parsePythonLiteral(literal);
    if (!sameValue(read, value)) broken.push(["literal", literal, toWire(read), wire]);
    if (!wire.includes("c") && toWire(read) !== wire) broken.push(["literal's wire", literal, toWire(read), wire]);
    if (before !== null && !wire.includes("nan") && !toWire(before).includes("nan")) {
      if (sameValue(value, before, { boolIsInt: true }) !== equalsBefore) broken.push(["equality", toWire(before), wire, equalsBefore]);
      if (equalsBefore) equalPairs += 1;
    }
    before = value;
  }
  expect(broken.slice(0, 5)).toEqual([]);
  expect(equalPairs).toBeGreaterThan(100);
});
