// Owns: measuring peers beside us: their scripts are run where their virtual environment is, and an absent one is said to be absent. Must not know: shapes.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { benchLine } from "../bench-line.ts";
import type { BenchLine } from "../bench-line.ts";

const PEERS = ["trackio", "mlflow", "aim"] as const;

/** `GRADUS_PEERS`/<peer> is a virtual environment with tests/bench/peers/requirements-<peer>.txt installed; default `~/.cache/gradus/peers`. */
export const environments = process.env["GRADUS_PEERS"] ?? join(homedir(), ".cache", "gradus", "peers");

interface PeerLine {
  readonly shape: string;
  readonly metric: string;
  readonly value: number | null;
  readonly unit: string;
  readonly note?: string;
}

/** Runs one shape of every peer that is installed. */
export async function reportPeers(shape: string, report: (line: BenchLine) => void): Promise<void> {
  for (const peer of PEERS) {
    const python = join(environments, peer, "bin", "python");
    const script = join(import.meta.dirname, `${peer}_bench.py`);
    if (!existsSync(python) || !existsSync(script)) {
      const how = `python3 -m venv ${join(environments, peer)} && ${join(environments, peer, "bin", "pip")} install -r tests/bench/peers/requirements-${peer}.txt`;
      process.stderr.write(`${peer} is absent: ${how}\n`);
      report(benchLine({ bench: shape, metric: "absent: not installed", unit: "-", values: [0], peer }));
      continue;
    }
    const child = spawn(python, [script, shape], { stdio: ["ignore", "pipe", "inherit"] });
    for await (const line of createInterface({ input: child.stdout })) {
      const { shape: of, metric, value, unit, note } = JSON.parse(line) as PeerLine;
      if (value === null) process.stderr.write(`${peer} ${of} ${metric}: ${note ?? "no figure"}\n`);
      else report(benchLine({ bench: shape, metric: `${of} ${metric}`, unit, values: [value], peer }));
    }
  }
}
