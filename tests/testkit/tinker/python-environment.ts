// Owns: finding a Python and making virtual environments of pinned packages in the user's cache. Must not know: what runs in them.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gradusCache, makeFolder } from "@gradus/cli/up/gradus-folders";

const run = promisify(execFile);
const NAMES = ["python3.12", "python3.13", "python3.11", "python3"];

export interface FoundPython {
  readonly command: string;
  /** Such as 3.12. */
  readonly version: string;
}

/** `GRADUS_PYTHON`, else the first of the usual names that is 3.11 or later and can make environments. @throws Error that says what to install */
export async function findPython(): Promise<FoundPython> {
  const named = process.env["GRADUS_PYTHON"];
  for (const command of named === undefined ? NAMES : [named]) {
    const version = await run(command, ["-c", "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"]).then(
      ({ stdout }) => stdout.trim(),
      // Not there, or without venv: the next name.
      () => "0.0",
    );
    const [major = 0, minor = 0] = version.split(".").map(Number);
    if (major === 3 && minor >= 11) return { command, version };
  }
  throw new Error(
    `no Python of 3.11 or later with venv (tried ${named ?? NAMES.join(", ")}): install python3 and python3-venv, or set GRADUS_PYTHON`,
  );
}

/** The environment's Python, made on first use from the Python package index. @throws Error with pip's words where that fails */
export async function pythonEnvironment(name: string, { command, version }: FoundPython, requirements: string): Promise<string> {
  const wanted = await readFile(requirements, "utf8");
  const key = createHash("sha256").update(version).update(wanted).digest("hex").slice(0, 12);
  const folder = join(makeFolder(gradusCache(), "python"), `${name}-${key}`);
  const python = join(folder, "bin", "python");
  if (existsSync(join(folder, "made"))) return python;
  process.stderr.write(`making ${folder} with ${command}, once\n`);
  // What an interrupted installation left is no environment.
  await rm(folder, { recursive: true, force: true });
  await run(command, ["-m", "venv", folder]);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", requirements];
  await run(python, pip, { maxBuffer: 2 ** 26 });
  await writeFile(join(folder, "made"), "");
  return python;
}
