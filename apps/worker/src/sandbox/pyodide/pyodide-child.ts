// Owns: the process in which Pyodide runs one rollout, hardened before anything model-written is read. Must not know: how it is limited.
// Started by pyodide-launcher.ts under `node --permission --disallow-code-generation-from-strings`, or, with "make", to write the snapshot.
import { constants, readFileSync, readSync, writeSync } from "node:fs";
import { pathToFileURL } from "node:url";

const CHANNEL = 3;
const SNAPSHOT = 4;
const [task, home = "", preload = "", guest = ""] = process.argv.slice(2);
// Emscripten would put the path of this file into Python's environment.
process.argv.splice(1, process.argv.length, "python");

/** Emscripten asks for the fs constants in this old way, which the permission model refuses; nothing else of it is given. */
const binding = (): unknown => ({ fs: constants });
/** What could reach other processes is taken away: the permission model does not cover signals. */
const REACHING = [
  "kill",
  "_kill",
  "_debugProcess",
  "_debugEnd",
  "_startProfilerIdleNotifier",
  "dlopen",
  "_linkedBinding",
  "setuid",
  "setgid",
  "seteuid",
];
for (const name of REACHING) Reflect.defineProperty(process, name, { value: undefined, configurable: false, writable: false });
Reflect.defineProperty(process, "binding", { value: binding, configurable: false, writable: false });

// Growing the memory is the only way to more of it: refused growth is a MemoryError in Python.
let mostBytes = Number.POSITIVE_INFINITY;
interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
declare const WebAssembly: { readonly Memory: { readonly prototype: WasmMemory } };
const { grow } = WebAssembly.Memory.prototype;
WebAssembly.Memory.prototype.grow = function bounded(this: WasmMemory, pages: number): number {
  if (this.buffer.byteLength + pages * 65_536 > mostBytes) throw new RangeError("out of memory");
  return grow.call(this, pages);
};

interface Pyodide {
  runPython(code: string): unknown;
  makeMemorySnapshot(): Uint8Array;
  setStdout(to: { write: (data: Uint8Array) => number }): void;
  setStderr(to: { write: (data: Uint8Array) => number }): void;
  globals: { get(name: string): (...args: unknown[]) => unknown };
}
const { loadPyodide } = (await import(pathToFileURL(`${home}/pyodide.mjs`).href)) as { loadPyodide: (options: object) => Promise<Pyodide> };
const common = { jsglobals: Object.create(null) as object, env: { PYTHONHASHSEED: "0", HOME: "/tmp", LANG: "C.UTF-8", TZ: "UTC" } };

if (task === "make") {
  const pyodide = await loadPyodide({ ...common, _makeSnapshot: true });
  pyodide.runPython(preload);
  pyodide.runPython(guest);
  const snapshot = pyodide.makeMemorySnapshot();
  for (let at = 0; at < snapshot.length;) at += writeSync(CHANNEL, snapshot, at);
  process.exit(0);
}

const pyodide = await loadPyodide({ ...common, _loadSnapshot: readFileSync(SNAPSHOT) });
const held = Buffer.alloc(65_536);
let pending = Buffer.alloc(0);
function readLine(): string {
  let end = pending.indexOf(10);
  while (end < 0) {
    const count = readSync(CHANNEL, held, 0, held.length, null);
    if (count === 0) return "";
    pending = Buffer.concat([pending, held.subarray(0, count)]);
    end = pending.indexOf(10);
  }
  const line = pending.toString("latin1", 0, end);
  pending = pending.subarray(end + 1);
  return line;
}
function writeAll(fd: number, data: Uint8Array): number {
  for (let at = 0; at < data.length;) at += writeSync(fd, data, at);
  return data.length;
}
pyodide.setStdout({ write: (data) => writeAll(1, data) });
pyodide.setStderr({ write: (data) => writeAll(2, data) });
writeSync(CHANNEL, "ready\n");
mostBytes = Number(readLine());
try {
  pyodide.globals.get("converse")(readLine, (text: string) => void writeAll(CHANNEL, Buffer.from(`${text}\n`, "latin1")));
} catch (error) {
  writeSync(2, String(error).slice(-500));
  process.exit(70);
}
process.exit(0);
