// Owns: that the checked-in warm start is what its recipe makes. Must not know: how good it is.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { sha256Hex } from "@gradus/domain/content-hash";
import { buildWarmStart } from "@gradus/worker/policy/build-warm-start";
import { createEmbeddedEngine } from "@gradus/worker/policy/embedded/embedded-engine";
import { decodeSafetensors } from "@gradus/worker/policy/embedded/safetensors";

const FILE = fileURLToPath(new URL("../../../examples/quickstart/warm-start.safetensors", import.meta.url));

test("the checked-in warm start loads, and is rebuilt bit for bit from its seeds", async () => {
  const kept = await readFile(FILE);
  const engine = await createEmbeddedEngine();
  await engine.loadState("kept", kept);
  expect(Buffer.from(await engine.saveState("kept"))).toEqual(kept);
  await engine.close();
  const rebuilt = await buildWarmStart();
  // On another CPU family the runtime may round differently: then the weights are only close, and this says by how much.
  const [was, is] = [decodeSafetensors(kept), decodeSafetensors(rebuilt)];
  const distance = Math.max(
    ...was.tensors.map(({ values }, at) =>
      values.reduce((most, value, index) => Math.max(most, Math.abs(value - (is.tensors[at]?.values[index] ?? Number.NaN))), 0),
    ),
  );
  expect({ distance, hash: sha256Hex(Buffer.from(rebuilt)) }).toEqual({ distance: 0, hash: sha256Hex(kept) });
});
