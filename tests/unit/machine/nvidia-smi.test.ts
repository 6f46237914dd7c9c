// Owns: what is made of what nvidia-smi prints, and of one that is missing, fails or hangs. No card was at hand: a script on PATH prints what the
// real program prints for the same question. Must not know: heartbeats.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askNvidiaSmi, readNvidiaSmi } from "@gradus/worker/machine/nvidia-smi";
import { afterEach, beforeEach, expect, test } from "vitest";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "gradus-smi-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const install = (script: string): void => {
  writeFileSync(join(folder, "nvidia-smi"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, "nvidia-smi"), 0o755);
};

const H100 = "0, NVIDIA H100 80GB HBM3, 87, 61234, 81559, 512.34, 54";

test("a card that tells everything is told in shares, bytes, watts and degrees", () => {
  expect(readNvidiaSmi(`${H100}\n`)).toEqual({
    gpus: [
      {
        index: 0,
        name: "NVIDIA H100 80GB HBM3",
        utilisation: 0.87,
        memoryUsedBytes: 61_234 * 1_048_576,
        memoryTotalBytes: 81_559 * 1_048_576,
        powerWatts: 512.34,
        temperatureCelsius: 54,
      },
    ],
    absent: {},
  });
});

test("what a card does not tell is null with what stands there as the reason, and its 0 stays 0", () => {
  const printed = [
    "0, NVIDIA A100-SXM4-80GB, [N/A], 0, 81920, 61.02, 0",
    "1, NVIDIA GeForce GT 710, 0, [Insufficient Permissions], 2002, [Not Supported], 41",
    "2, NVIDIA H200, [Unknown Error], [GPU requires reset], [GPU requires reset], [Unknown Error], ",
    "",
  ].join("\r\n");
  const { gpus, absent } = readNvidiaSmi(printed);
  expect(gpus).toMatchObject([
    { index: 0, utilisation: null, memoryUsedBytes: 0, powerWatts: 61.02, temperatureCelsius: 0 },
    { index: 1, utilisation: 0, memoryUsedBytes: null, powerWatts: null, temperatureCelsius: 41 },
    { index: 2, utilisation: null, memoryUsedBytes: null, memoryTotalBytes: null, powerWatts: null, temperatureCelsius: null },
  ]);
  expect(absent).toEqual({
    "gpu.0.utilisation": "nvidia-smi says [N/A]",
    "gpu.1.memoryUsedBytes": "nvidia-smi says [Insufficient Permissions]",
    "gpu.1.powerWatts": "nvidia-smi says [Not Supported]",
    "gpu.2.utilisation": "nvidia-smi says [Unknown Error]",
    "gpu.2.memoryUsedBytes": "nvidia-smi says [GPU requires reset]",
    "gpu.2.memoryTotalBytes": "nvidia-smi says [GPU requires reset]",
    "gpu.2.powerWatts": "nvidia-smi says [Unknown Error]",
    "gpu.2.temperatureCelsius": "nvidia-smi says nothing",
  });
});

test("a name with commas is a name, and text that is no list of cards is no card", () => {
  expect(readNvidiaSmi("3, Card, of two, parts, 1, 2, 3, 4, 5").gpus).toMatchObject([
    { index: 3, name: "Card, of two, parts", utilisation: 0.01 },
  ]);
  expect(readNvidiaSmi(`${H100}\nWARNING: infoROM is corrupted at gpu 0000:01:00.0`)).toEqual({
    gpus: [],
    absent: { gpu: "nvidia-smi printed what is not understood: WARNING: infoROM is corrupted at gpu 0000:01:00.0" },
  });
  expect(readNvidiaSmi("\n")).toEqual({ gpus: [], absent: { gpu: "nvidia-smi lists no card" } });
});

test("the program on PATH is asked for exactly these columns", async () => {
  install(
    `[ "$*" = "--query-gpu=index,name,utilization.gpu,memory.used,memory.total,power.draw,temperature.gpu --format=csv,noheader,nounits" ] || exit 2\necho "${H100}"`,
  );
  expect(await askNvidiaSmi(folder)).toMatchObject({ gpus: [{ index: 0, powerWatts: 512.34 }], absent: {} });
});

test("a program that is missing, fails or hangs is the reason that there is no card", async () => {
  expect(await askNvidiaSmi(folder)).toEqual({ gpus: [], absent: { gpu: "nvidia-smi is not on PATH" } });
  const said =
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is running.";
  install(`echo "${said}"; echo; exit 9`);
  expect(await askNvidiaSmi(folder)).toEqual({ gpus: [], absent: { gpu: `nvidia-smi failed (9): ${said}` } });
  install("exec /bin/sleep 60");
  expect(await askNvidiaSmi(folder, 200)).toEqual({ gpus: [], absent: { gpu: "nvidia-smi gave no answer in 0.2 s" } });
});
