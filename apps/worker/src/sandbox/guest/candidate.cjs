// Owns: loading model-written JavaScript and answering calls of it: the same lines as candidate.py. Must not know: expected outputs.
// Plain CommonJS, because it is handed to a Node that can read no file of ours.
const { readSync, writeSync } = require("node:fs");
const vm = require("node:vm");

const CHANNEL = 3;
const MAX_DEPTH = 200;

class TooLarge extends Error {}

const escape = (text) =>
  text.replace(/[^\x20-\x5b\x5d-\x7e]/gu, (char) => {
    const code = char.codePointAt(0);
    if (char === "\\") return "\\\\";
    if (char === "\t") return "\\t";
    if (char === "\n") return "\\n";
    if (char === "\r") return "\\r";
    if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
    return code < 0x10000 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\U${code.toString(16).padStart(8, "0")}`;
  });

const unescape = (text) =>
  text.replace(/\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))/gu, (_, x, u, U, c) =>
    c === undefined ? String.fromCodePoint(Number.parseInt(x ?? u ?? U, 16)) : ({ t: "\t", n: "\n", r: "\r" }[c] ?? c),
  );

const many = (tag, parts) => `${tag}${parts.length}:${parts.join("")}`;
const float = (part) => ({ nan: Number.NaN, inf: Number.POSITIVE_INFINITY, "-inf": Number.NEGATIVE_INFINITY })[part] ?? Number(part);

/** Integers that a double holds exactly are ints, other numbers floats, null and undefined None, objects and Maps dicts. */
function encode(value, room, depth = 0) {
  if (depth > MAX_DEPTH) throw new TooLarge(`nested deeper than ${MAX_DEPTH}`);
  const spend = (text) => {
    room.left -= text.length;
    if (room.left < 0) throw new TooLarge("larger than the output limit");
    return text;
  };
  const pairs = (entries) =>
    `m${entries.length}:${entries.map(([key, item]) => encode(key, room, depth + 1) + encode(item, room, depth + 1)).join("")}`;
  spend("   ");
  if (value === null || value === undefined) return "N";
  if (typeof value === "boolean") return value ? "T" : "F";
  if (typeof value === "bigint") return spend(`i${value < 0n ? "-" : ""}0x${(value < 0n ? -value : value).toString(16)};`);
  if (typeof value === "number") {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) return `i${value < 0 ? "-" : ""}0x${Math.abs(value).toString(16)};`;
    if (Number.isFinite(value)) return spend(`f${Object.is(value, -0) ? "-0.0" : String(value)};`);
    return Number.isNaN(value) ? "fnan;" : value > 0 ? "finf;" : "f-inf;";
  }
  if (typeof value === "string") {
    if (value.length > room.left) throw new TooLarge("larger than the output limit");
    const text = escape(value);
    return spend(`s${text.length}:${text}`);
  }
  if (Array.isArray(value))
    return many(
      "l",
      value.map((item) => encode(item, room, depth + 1)),
    );
  if (value instanceof Set) return many("e", [...value].map((item) => encode(item, room, depth + 1)).sort());
  if (value instanceof Map) return pairs([...value]);
  if (value instanceof Uint8Array) return spend(`b${value.length * 2}:${Buffer.from(value).toString("hex")}`);
  const prototype = Object.getPrototypeOf(value);
  if (typeof value === "object" && (prototype === Object.prototype || prototype === null)) return pairs(Object.entries(value));
  const name = escape(String(value.constructor?.name ?? typeof value).slice(0, 100));
  return spend(`o${name.length}:${name}`);
}

function decode(text) {
  let at = 0;
  const until = (end) => {
    const stop = text.indexOf(end, at);
    const part = text.slice(at, stop);
    at = stop + 1;
    return part;
  };
  const value = () => {
    const tag = text[at++];
    if (tag === "N") return null;
    if (tag === "T" || tag === "F") return tag === "T";
    if (tag === "i") {
      const part = until(";");
      const number = part.startsWith("-") ? -BigInt(part.slice(1)) : BigInt(part);
      return Number.isSafeInteger(Number(number)) ? Number(number) : number;
    }
    if (tag === "f") return float(until(";"));
    if (tag === "c") throw new TypeError("a complex number has no JavaScript form");
    const count = Number(until(":"));
    if (tag === "s" || tag === "b" || tag === "o") {
      const part = text.slice(at, (at += count));
      return tag === "s" ? unescape(part) : tag === "b" ? Uint8Array.from(Buffer.from(part, "hex")) : { opaque: part };
    }
    if (tag === "m") {
      const entries = Array.from({ length: count }, () => [value(), value()]);
      return entries.every(([key]) => typeof key === "string") ? Object.fromEntries(entries) : new Map(entries);
    }
    const items = Array.from({ length: count }, value);
    return tag === "e" || tag === "z" ? new Set(items) : items;
  };
  return value();
}

let held = Buffer.alloc(0);
function readLine() {
  const part = Buffer.alloc(65_536);
  while (!held.includes(10)) {
    const count = readSync(CHANNEL, part);
    if (count === 0) return "";
    held = Buffer.concat([held, part.subarray(0, count)]);
  }
  const end = held.indexOf(10);
  const line = held.toString("latin1", 0, end);
  held = held.subarray(end + 1);
  return line;
}

function writeLine(text) {
  const data = Buffer.from(`${text}\n`, "latin1");
  for (let at = 0; at < data.length;) at += writeSync(CHANNEL, data, at);
}

function describe(error) {
  const line = /candidate\.js:(\d+)/u.exec(String(error?.stack ?? ""))?.[1] ?? "0";
  return `${escape(String(error?.name ?? typeof error)).replaceAll(" ", "_")} ${line} ${escape(String(error?.message ?? error).slice(0, 300))}`;
}

async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    return error instanceof TooLarge ? `Z ${error.message}` : `E ${describe(error)}`;
  }
}

async function main() {
  writeLine("H");
  const [, source, , limit] = decode(readLine());
  let script;
  try {
    script = new vm.Script(source, { filename: "candidate.js" });
  } catch (error) {
    writeLine(`S ${describe(error)}`);
    return;
  }
  const loaded = await attempt(() => {
    script.runInThisContext();
    return "L";
  });
  writeLine(loaded);
  if (loaded !== "L") return;
  for (let line = readLine(); line !== ""; line = readLine()) {
    const [, tag, entry, text] = /^(\S+) (\S*) (.*)$/u.exec(line);
    const reply = await attempt(async () => {
      if (tag === "A")
        return `R ${encode(await vm.runInThisContext(`(${unescape(entry)})(${unescape(text)}\n)`, "arguments.js"), { left: limit })}`;
      const [args] = decode(text);
      return `R t1:${encode(await vm.runInThisContext(unescape(entry))(...args), { left: limit })}`;
    });
    writeLine(reply);
  }
}

main().then(() => process.exit(0));
