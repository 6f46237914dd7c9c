// Owns: a real SkyRL server on CPU over a tiny random model, in a folder of its own, on a free port. Must not know: tests.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gradusCache, makeFolder } from "@gradus/cli/up/gradus-folders";
import type { SkyrlOptions } from "@gradus/worker/skyrl/skyrl-process";
import { findPython, pythonEnvironment } from "./python-environment.ts";

const tools = (path: string): string => fileURLToPath(new URL(`../../../tools/skyrl/${path}`, import.meta.url));

/** 0.3.0 speaks JSON and runs on Python 3.11; 0.4.0 speaks protobuf and wants Python 3.12 (GRADUS_PYTHON). Each has its closure of packages in tools/skyrl. */
const VERSION = process.env["GRADUS_SKYRL_VERSION"] ?? "0.3.0";

export const RANK = 8;
export const ARCHITECTURES = ["qwen3", "llama"] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** Says which Python and which SkyRL it took. `folder` keeps checkpoints; a model folder is made once for each architecture. */
export async function skyrlOptions(folder: string, architecture: Architecture): Promise<SkyrlOptions & { readonly model: string }> {
  const found = await findPython();
  process.stderr.write(`SkyRL ${VERSION} on Python ${found.version} at ${found.command}\n`);
  const python = await pythonEnvironment(`skyrl-${VERSION}`, found, tools(`requirements-${VERSION}.txt`));
  const model = join(makeFolder(gradusCache(), "python"), `tiny-${architecture}`);
  if (!existsSync(join(model, "model.safetensors")))
    await promisify(execFile)(python, [tools("make_tiny_model.py"), model, "--arch", architecture]);
  const cache = makeFolder(gradusCache(), "python", `jax-${VERSION}`);
  return {
    python,
    folder,
    model,
    baseModel: model,
    port: await freePort(),
    backend: "jax",
    backendConfig: { max_lora_adapters: 20, max_lora_rank: RANK, sample_max_num_sequences: 16, train_micro_batch_size: 16 },
    env: {
      PYTHONPATH: tools("stubs"),
      JAX_PLATFORMS: "cpu",
      HF_HUB_OFFLINE: "1",
      TRANSFORMERS_OFFLINE: "1",
      // Every new shape is compiled once a machine, not once a server.
      JAX_COMPILATION_CACHE_DIR: cache,
      JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS: "0",
      JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES: "-1",
    },
  };
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}
