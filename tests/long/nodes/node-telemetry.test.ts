// Owns: that a worker process without the database tells of its machine and its cards by itself, again and again. No card was at hand: a script on its
// PATH prints what nvidia-smi prints. Must not know: how a machine is read.
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { get } from "../../testkit/api/test-api.ts";
import type { AnyData } from "../../testkit/api/test-api.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => world.close());

const nodeKey = "a-shared-secret-of-this-test-alone";
const QUERY = `{ workerNodes { id machine { cores memoryTotalBytes rssBytes gpus { name utilisation temperatureCelsius } absent { reading reason } }
  telemetry { series { name count mean } absent { reading reason } } } }`;

test("a node without the database tells of its machine with every heartbeat, with a card, without one, and after it has gone", async () => {
  const bin = join(world.home, "bin");
  await mkdir(bin);
  await writeFile(join(bin, "nvidia-smi"), `#!/bin/sh\necho "0, NVIDIA H100 80GB HBM3, 87, 61234, 81559, [N/A], 54"\n`);
  await chmod(join(bin, "nvidia-smi"), 0o755);
  const api = await world.startApi({ GRADUS_NODE_KEY: nodeKey });
  const through = { url: api.url, nodeKey };
  const withCard = await world.startWorker({ role: "policy", node: "card", through, env: { PATH: `${bin}:${process.env["PATH"]}` } });
  await world.startWorker({ role: "sandbox", node: "none", through, env: { PATH: "/usr/bin:/bin" } });
  const told = async (id: string): Promise<AnyData> => (await get(api.url, QUERY)).workerNodes.find((node: AnyData) => node["id"] === id);
  const beats = async (id: string, reading: string): Promise<number> =>
    (await told(id))["telemetry"].series
      .filter(({ name }: AnyData) => name === reading)
      .flatMap(({ count }: AnyData) => count)
      .reduce((sum: number, count: number) => sum + count, 0);
  for (const id of ["card", "none"])
    await expect.poll(() => beats(id, "coresUsed"), { timeout: 120_000, interval: 500 }).toBeGreaterThan(1);

  const unpowered = { reading: "gpu.0.powerWatts", reason: "nvidia-smi says [N/A]" };
  const card = await told("card");
  expect(card["machine"]).toMatchObject({
    cores: cpus().length,
    memoryTotalBytes: totalmem(),
    gpus: [{ name: "NVIDIA H100 80GB HBM3", utilisation: 0.87, temperatureCelsius: 54 }],
    absent: [unpowered],
  });
  expect(card["machine"].rssBytes).toBeGreaterThan(10 << 20);
  expect(card["telemetry"].absent).toContainEqual(unpowered);
  const series = (name: string): AnyData => card["telemetry"].series.find((one: AnyData) => one["name"] === name);
  expect(new Set(series("gpu.0.utilisation")["mean"])).toEqual(new Set([0.87]));
  expect(new Set(series("gpu.0.powerWatts")["mean"])).toEqual(new Set([null]));

  const none = await told("none");
  expect(none["machine"]).toMatchObject({ gpus: [], absent: [{ reading: "gpu", reason: "nvidia-smi is not on PATH" }] });
  const names = none["telemetry"].series.map(({ name }: AnyData) => name);
  expect(names).toContain("queueWaitMs");
  expect(names.filter((name: string) => name.startsWith("gpu"))).toEqual([]);

  const before = await beats("card", "gpu.0.utilisation");
  await withCard.stop();
  expect(await beats("card", "gpu.0.utilisation"), "what it said stays").toBeGreaterThanOrEqual(before);
});
