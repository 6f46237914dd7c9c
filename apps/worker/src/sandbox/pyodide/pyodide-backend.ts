// Owns: whether Pyodide can be used here, and the memory snapshot that its processes start from. Must not know: bubblewrap, the pool.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Backend } from "../backend.ts";
import { CONVERSATION_PARTS, guestSource } from "../guest/guest-source.ts";
import { type PyodideFiles, reachableNode, reachablePyodide } from "../reachable.ts";
import { type PyodideGround, PyodideLauncher, startChild } from "./pyodide-launcher.ts";

const PRELOAD =
  "import json, re, math, random, typing, collections, itertools, functools, string, heapq, bisect, copy, datetime, decimal, fractions, dataclasses, enum";
/** As root, children run as a user that owns nothing. */
const CHILD_UID = 61_199;

/** The backend, or why it does not work here. Makes the snapshot once (seconds) and keeps it in the user's cache directory. */
export async function findPyodideBackend(findOwn = ownFiles): Promise<Backend | { readonly why: string }> {
  try {
    const own = findOwn();
    const { version } = JSON.parse(await readFile(join(own.home, "package.json"), "utf8")) as { version: string };
    const setpriv = existsSync("/usr/bin/setpriv");
    const uid = process.getuid?.() === 0 ? CHILD_UID : null;
    const user = uid === null ? {} : { uid, gid: uid };
    const files = { ...(await reachablePyodide(user, own, version)), node: reachableNode(user, own.node) };
    const guest = guestSource(CONVERSATION_PARTS);
    const key = createHash("sha256").update(`${version} ${process.version} ${PRELOAD} ${guest}`).digest("hex").slice(0, 16);
    const folder = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "gradus");
    const snapshot = join(folder, `pyodide-${version}-${key}.snapshot`);
    if (!existsSync(snapshot)) await makeSnapshot({ ...files, uid, setpriv }, snapshot, guest);
    const ground: PyodideGround = { ...files, uid, setpriv, snapshot, baseBytes: (await stat(snapshot)).size };
    const start: Backend["start"] = async (of) => {
      if (of === "javascript") throw new Error(`Pyodide runs Python, not ${of}`);
      return new PyodideLauncher(ground);
    };
    const facts = [
      `Pyodide ${version} in Node ${process.version} under --permission`,
      `memory bounded by WebAssembly growth and a watch on RSS`,
    ];
    return { name: "pyodide", mode: "COLD", facts, start };
  } catch (error) {
    return { why: `Pyodide does not work here: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** What of this checkout the processes need. @throws Error where Pyodide is not installed */
const ownFiles = (): PyodideFiles & { readonly node: string } => ({
  node: process.execPath,
  home: dirname(createRequire(import.meta.url).resolve("pyodide/package.json")),
  child: fileURLToPath(new URL("pyodide-child.ts", import.meta.url)),
});

async function makeSnapshot(ground: Omit<PyodideGround, "snapshot" | "baseBytes">, path: string, guest: string): Promise<void> {
  const child = startChild(ground, ["make", PRELOAD, guest], [], ["ignore", "ignore", "pipe", "pipe"]);
  let complaint = "";
  child.stderr?.on("data", (part: Buffer) => (complaint = (complaint + part.toString("utf8")).slice(-1_000)));
  const gone = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const parts: Buffer[] = [];
  (child.stdio[3] as Duplex).on("data", (part: Buffer) => parts.push(part));
  const code = await gone;
  if (code !== 0) throw new Error(`the snapshot could not be made (${code}): ${complaint}`);
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, Buffer.concat(parts));
  await rename(temporary, path);
}
