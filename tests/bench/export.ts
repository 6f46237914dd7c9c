// Owns: points a second out of the API in each format, its memory meanwhile, and whether two exports are the same bytes. Must not know: formats.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { fillRuns, startBenchWorld } from "../testkit/api/bench-world.ts";
import { benchLine } from "./bench-line.ts";
import type { Bench } from "./bench-line.ts";
import { reportPeers } from "./peers/run-peers.ts";

const [RUNS, METRICS, STEPS] = [100, 10, 10_000];
const GOAL = 500_000;

const exportBench: Bench = async (report) => {
  const say = (metric: string, unit: string, values: readonly number[], goal?: object): void =>
    report(benchLine({ bench: "export", metric, unit, values, ...(goal === undefined ? {} : { goal }) }));
  say("load average before", "1 min", [loadavg()[0] ?? 0]);
  await using bench = await startBenchWorld();
  await fillRuns(bench, RUNS, METRICS, STEPS);
  for (const format of ["csv", "jsonl", "parquet"]) {
    const [rates, hashes, sizes]: [number[], Set<string>, number[]] = [[], new Set(), []];
    let resident = 0;
    for (let repeat = 0; repeat < 2; repeat++) {
      const started = performance.now();
      const response = await fetch(`${bench.api.url}/export/points?project=default&format=${format}`);
      const hash = createHash("sha256");
      let [bytes, watched] = [0, 0];
      for await (const chunk of response.body ?? []) {
        hash.update(chunk as Uint8Array);
        bytes += (chunk as Uint8Array).byteLength;
        if (bytes - watched > 50_000_000) {
          watched = bytes;
          resident = Math.max(resident, await residentMegabytes(bench.api.child.pid));
        }
      }
      rates.push((RUNS * METRICS * STEPS) / ((performance.now() - started) / 1_000));
      hashes.add(hash.digest("hex"));
      sizes.push(bytes);
    }
    say(`${format}: ${RUNS * METRICS * STEPS} points`, "points/s", rates, { atLeast: GOAL });
    say(`${format}: bytes`, "bytes", sizes);
    say(`${format}: different hashes of two`, "hashes", [hashes.size], { atMost: 1 });
    say(`${format}: most memory seen of the API`, "MB", [resident]);
  }
  await reportPeers("export", report);
};

export default exportBench;

async function residentMegabytes(pid: number | undefined): Promise<number> {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1_000;
  } catch {
    // Tolerates a machine without /proc.
    return 0;
  }
}
