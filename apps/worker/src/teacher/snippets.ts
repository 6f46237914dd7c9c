// Owns: windows of real Python source that steer the teacher (paper 2.3). Must not know: how problems are drawn.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { inflateRawSync } from "node:zlib";
import { sha256Hex } from "@gradus/domain/content-hash";
import { stream } from "@gradus/domain/random";

export interface Snippet {
  /** `<package>@<version>/<file>:<first line>-<last line>` */
  readonly place: string;
  readonly text: string;
  /** SHA-256 of the text. */
  readonly hash: string;
  /** Operations of the grammar whose traces the text shows. */
  readonly operations: readonly string[];
}

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Traces in code, and the operations they speak for. */
const TRACES: readonly (readonly [RegExp, readonly string[]])[] = [
  [
    /\bsorted\(|\.sort\(/,
    ["list.sort", "list.sort-down", "list.sort-by-abs", "list.sort-by-mod", "text.sort", "text.sort-words", "list.rank"],
  ],
  [
    /\[::-1\]|\breversed\(|\.reverse\(/,
    ["list.reverse", "text.reverse", "text.reverse-words", "list.mirror", "text.mirror", "list.add-mirror"],
  ],
  [/\bset\(|fromkeys\(|frozenset/, ["list.unique", "list.sorted-unique", "list-int.count-unique", "text.unique", "text-int.count-unique"]],
  [
    /\bsum\(|\+= ?\w|total/,
    ["list-int.sum", "list.running-sum", "list-int.sum-of-squares", "list-int.alternating-sum", "list.adjacent-sums"],
  ],
  [/\bmax\(/, ["list-int.max", "list.running-max", "list.raise", "int.raise", "list.drop-max", "list-int.index-of-max", "list-int.spread"]],
  [/\bmin\(/, ["list-int.min", "list.running-min", "list.cap", "int.cap", "list.drop-min", "list.minus-min"]],
  [/\babs\(/, ["list.abs", "int.abs", "list.sort-by-abs"]],
  [/ % \d|divmod\(/, ["list.mod", "int.mod", "list.keep-even", "list.keep-odd", "list.keep-multiples", "list-int.count-even"]],
  [/ \/\/ | >> /, ["list.divide", "int.divide", "list-int.median"]],
  [/ \*\* | \* /, ["list.multiply", "int.multiply", "list.square", "int.square", "list.repeat", "text.repeat"]],
  [/ - 1\b|-= /, ["list.subtract", "int.subtract", "list.differences", "list.negate", "int.negate"]],
  [/ \+ 1\b|\+= 1/, ["list.add", "int.add", "list.add-index"]],
  [/\bzip\(/, ["list.differences", "list.adjacent-sums", "list.add-mirror"]],
  [/\benumerate\(/, ["list.add-index", "list.multiply-index"]],
  [/\brange\(/, ["int-list.count-up", "int-list.count-down", "list.running-sum", "int-list.divisors"]],
  [/\blen\(/, ["list-int.length", "text-int.length", "text-list.word-lengths", "list.above-mean"]],
  [
    /\.count\(|Counter\(/,
    ["list-int.count", "list.count-each", "list.keep-lone", "list.keep-repeated", "text-int.count", "text.keep-lone"],
  ],
  [
    /\[-\d*:\]|\[:-?\d|\[\d:/,
    [
      "list.first",
      "list.last",
      "list.skip",
      "list.trim",
      "text.first",
      "text.last",
      "text.skip",
      "text.trim",
      "list.rotate-left",
      "list.rotate-right",
    ],
  ],
  [/\[\d?::\d\]|, 2\)/, ["list.every-other", "list.odd-places", "text.every-other", "text.odd-places"]],
  [/ > \d| >= /, ["list.keep-over", "list-int.count-over"]],
  [/ < \d| <= /, ["list.keep-under"]],
  [/ != /, ["list.drop", "text.drop"]],
  [/\.append\(|\.extend\(/, ["list.append", "text.append"]],
  [/\.insert\(|appendleft\(/, ["list.prepend", "text.prepend"]],
  [/\.replace\(|\bre\.sub\(/, ["text.replace", "text.drop"]],
  [/\.upper\(|\.lower\(|\.title\(|capitalize\(/, ["text.upper", "text.capitalize", "text.swapcase", "text.title"]],
  [/\.split\(|\.join\(/, ["text-int.count-words", "text-list.word-lengths", "text.sort-words", "text.reverse-words"]],
  [/\bord\(|\bchr\(/, ["text-list.codes"]],
  [/\.find\(|\.index\(/, ["text-int.find", "list-int.index-of-max", "list-int.item"]],
  [/\bint\(|\bstr\(/, ["int-list.digits"]],
];

/** Operations of which a source text shows a trace, in the order of the table, each once. */
export function operationsIn(text: string): string[] {
  return [...new Set(TRACES.filter(([trace]) => trace.test(text)).flatMap(([, operations]) => operations))];
}

/**
 * `count` windows of 25 to 50 consecutive lines, each from a file drawn uniformly; the same files and seed give the
 * same windows. Files shorter than 25 lines are passed over. Throws RangeError where none is long enough.
 */
export function drawSnippets(files: readonly SourceFile[], seed: number, count: number): Snippet[] {
  const long = files.map((file) => ({ path: file.path, lines: file.text.split(/\r?\n/) })).filter(({ lines }) => lines.length >= 25);
  return Array.from({ length: count }, (_, index) => {
    const random = stream(`snippets/${seed}/${index}`);
    const { path, lines } = random.pick(long);
    const size = Math.min(lines.length, 25 + random.int(26));
    const start = random.int(lines.length - size + 1);
    const text = lines.slice(start, start + size).join("\n");
    return { place: `${path}:${start + 1}-${start + size}`, text, hash: sha256Hex(text), operations: operationsIn(text) };
  });
}

/** The Python standard library that the pinned npm package `pyodide` carries: the same bytes on every machine with this lock file. */
export async function readStandardLibrary(): Promise<SourceFile[]> {
  const require = createRequire(import.meta.url);
  const { version } = require("pyodide/package.json") as { version: string };
  const archive = await readFile(require.resolve("pyodide/python_stdlib.zip"));
  return (
    readZip(archive)
      // Character tables are Python files without code.
      .filter(({ path }) => path.endsWith(".py") && !path.startsWith("encodings/"))
      .map(({ path, text }) => ({ path: `pyodide@${version}/${path}`, text }))
  );
}

/** The entries of a zip file, stored or deflated, by its central directory (PKWARE APPNOTE 4.3). No zip64, no encryption. */
function readZip(archive: Buffer): SourceFile[] {
  const end = archive.lastIndexOf(Buffer.from("PK\u0005\u0006", "latin1"));
  const entries: SourceFile[] = [];
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    const method = archive.readUInt16LE(at + 10);
    const size = archive.readUInt32LE(at + 20);
    const nameLength = archive.readUInt16LE(at + 28);
    const path = archive.toString("utf8", at + 46, at + 46 + nameLength);
    const local = archive.readUInt32LE(at + 42);
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const bytes = archive.subarray(start, start + size);
    entries.push({ path, text: (method === 0 ? bytes : inflateRawSync(bytes)).toString("utf8") });
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}
