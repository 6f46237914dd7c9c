// Owns: where saved weights lie and what their tinker:// addresses mean. Must not know: engines, HTTP.
import { mkdir, readFile, rename, rm, writeFile, access } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Refusal } from "./refusal.ts";

export type WeightsKind = "weights" | "sampler_weights";

const ADDRESS = /^tinker:\/\/([a-zA-Z0-9_:-]+)\/(weights|sampler_weights)\/([a-zA-Z0-9_-]{1,255})$/;

export class WeightsFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Writes bytes under a name that must be free. @returns their address */
  async save(modelId: string, kind: WeightsKind, name: string, bytes: Uint8Array): Promise<string> {
    const address = `tinker://${modelId}/${kind}/${name}`;
    const file = this.#fileOf(address);
    if (await exists(file)) throw new Refusal(409, `${address} is there already; choose another name`);
    await mkdir(dirname(file), { recursive: true });
    // Renamed when whole, so that a server killed in the middle leaves the name free.
    const unfinished = `${file}.${process.pid}.tmp`;
    try {
      await writeFile(unfinished, bytes, { flush: true });
      await rename(unfinished, file);
    } finally {
      await rm(unfinished, { force: true });
    }
    return address;
  }

  /** @throws Refusal 400 for an address that is none, 404 where nothing lies */
  async load(address: string): Promise<Uint8Array> {
    const file = this.#fileOf(address);
    if (!(await exists(file))) throw new Refusal(404, `there are no weights at ${address}`);
    return readFile(file);
  }

  #fileOf(address: string): string {
    const [, modelId, kind, name] = ADDRESS.exec(address) ?? [];
    if (modelId === undefined || kind === undefined || name === undefined)
      throw new Refusal(400, `${address} is no address of weights: expected tinker://<model>/weights/<name> or /sampler_weights/<name>`);
    return join(this.#folder, modelId, kind, `${name}.safetensors`);
  }
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    // Absent, or as good as absent.
    () => false,
  );
