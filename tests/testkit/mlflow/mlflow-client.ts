// Owns: MLflow's own Python client in a virtual environment in the user's cache. Must not know: what a test is about.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const VERSION = "3.17.2";
const environment = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "gradus", `mlflow-${VERSION}`);

/** What a person runs where making it failed. */
export const INSTALL = `python3 -m venv ${environment} && ${join(environment, "bin", "pip")} install mlflow-skinny==${VERSION}`;

/** The Python that has MLflow's client; made on first use from the Python package index (some 100 MB, a minute). @throws Error where that fails */
export async function mlflowPython(): Promise<string> {
  const python = join(environment, "bin", "python");
  const run = promisify(execFile);
  if (
    existsSync(python) &&
    (await run(python, ["-c", "import mlflow"])
      .then(() => true)
      .catch(() => false))
  )
    return python;
  await run("python3", ["-m", "venv", environment]);
  await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", `mlflow-skinny==${VERSION}`]);
  return python;
}
