// Owns: the one file of code that Temporal's workflow sandbox loads, made once for each content of its sources. Must not know: what workflows do.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleWorkflowCode } from "@temporalio/worker";
import type { WorkflowBundle } from "@temporalio/worker";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const workflowsPath = fileURLToPath(import.meta.resolve("@gradus/workflows/workflows"));
/** Temporal's own module, which hands a trace on from a workflow's start to its activities; its version is pinned by the lock file. */
const SPANS = "@temporalio/interceptors-opentelemetry/lib/workflow-interceptors.js";
/** The rooms whose code can come into the bundle (the import table keeps others out), and what pins the libraries in it. */
const SOURCES = ["workflows/src", "domain/src"];
const PINS = ["package-lock.json"];

/** Where a checkout keeps what it built; `npm ci` empties it and fills it again. */
export const BUNDLES = join(root, "node_modules", ".cache", "gradus");

/**
 * The bundle of all workflows, from `folder` when its sources have not changed since it was made: seconds of every start of a worker.
 * @param traced whether workflows tell spans; without it nothing of that is in the bundle
 * @returns its code, and whether it was there
 */
export async function workflowBundle(folder: string = BUNDLES, traced = false): Promise<WorkflowBundle & { readonly cached: boolean }> {
  const file = join(folder, `${traced ? "traced-" : ""}workflows-${await sourcesHash()}.js`);
  // Tolerates a bundle that is not there yet, or a folder that cannot be read: it is made.
  const kept = await readFile(file, "utf8").catch(() => null);
  if (kept !== null) return { code: kept, cached: true };
  const modules = traced ? { workflowInterceptorModules: [fileURLToPath(import.meta.resolve(SPANS))] } : {};
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: onlyErrors, ...modules });
  await keep(file, code);
  return { code, cached: false };
}

/** SHA-256 over names and bytes of everything that decides the bundle, hex. */
async function sourcesHash(): Promise<string> {
  const folders = await Promise.all(SOURCES.map((source) => readdir(join(root, source), { recursive: true, withFileTypes: true })));
  const files = folders.flat().flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));
  const hash = createHash("sha256");
  for (const file of [...files.toSorted(), ...PINS.map((pin) => join(root, pin))])
    hash
      .update(file.slice(root.length))
      .update("\0")
      .update(await readFile(file))
      .update("\0");
  return hash.digest("hex");
}

async function keep(file: string, code: string): Promise<void> {
  const unfinished = `${file}.${process.pid}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(unfinished, code);
    await rename(unfinished, file);
  } catch (error) {
    // Tolerates a checkout that cannot be written: the next start makes the bundle again.
    console.error(`the workflow bundle is not kept: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const silent = (): void => undefined;
const onlyErrors = {
  log: silent,
  trace: silent,
  debug: silent,
  info: silent,
  warn: silent,
  error: (message: string) => console.error(message),
};
