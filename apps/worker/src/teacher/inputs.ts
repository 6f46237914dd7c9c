// Owns: the inputs on which generated programs are shown and graded. Must not know: programs, messages, outputs.
import type { Random } from "@gradus/domain/random";
import type { Value, ValueType } from "./value.ts";

const WORDS =
  "apple banana river stone cloud table green house light music paper queen radio sugar tiger uncle voice water zebra orange silver garden window yellow letter coffee rabbit summer planet bottle".split(
    " ",
  );

/** One input. `shown` ones are short, since the prompt spells them out; the hidden ones are longer and odder. */
export function drawInput(type: ValueType, shown: boolean, random: Random): Value {
  if (type === "int") return shown ? random.int(20) : random.int(60);
  if (type === "text") return drawText(shown, random);
  const length = shown ? 3 + random.int(3) : 2 + random.int(6);
  const list = Array.from({ length }, () => drawItem(random));
  // Repeats tell unique from sort, and count from index.
  if (random.next() < 0.4) list[random.int(length)] = list[random.int(length)]!;
  return list;
}

function drawItem(random: Random): number {
  const kind = random.next();
  if (kind < 0.75) return random.int(10);
  return kind < 0.9 ? -1 - random.int(9) : 10 + random.int(20);
}

function drawText(shown: boolean, random: Random): string {
  const word = (): string => random.pick(WORDS);
  if (shown) return random.next() < 0.75 ? word() : `${word().slice(0, 4)} ${word().slice(0, 3)}`;
  return random.next() < 0.5 ? word() : `${word()} ${word()}`;
}
