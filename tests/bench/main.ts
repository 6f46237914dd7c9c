// Owns: `npm run bench -- <name>... [--json]`: finds benches by file name, runs them one after another, prints their figures.
// Must not know: what any bench measures.
import { readdir } from "node:fs/promises";
import type { Bench, BenchLine } from "./bench-line.ts";

const NOT_BENCHES = new Set(["main.ts", "bench-line.ts"]);

async function benchNames(): Promise<string[]> {
  const files = await readdir(import.meta.dirname);
  return files
    .filter((file) => file.endsWith(".ts") && !NOT_BENCHES.has(file))
    .map((file) => file.slice(0, -".ts".length))
    .sort();
}

const figure = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));

function tableRow(line: BenchLine): string {
  const verdict = line.goal === undefined ? "" : `${line.ok === true ? "ok" : "MISSED"} (${line.goal})`;
  const range = line.n > 1 ? `${figure(line.min)}..${figure(line.max)}, n=${line.n}` : "n=1";
  const whose = line.peer === undefined ? line.bench : `${line.bench} [${line.peer}]`;
  return `${whose.padEnd(22)} ${line.metric.padEnd(44)} ${figure(line.value).padStart(9)} ${line.unit.padEnd(12)} ${range.padEnd(28)} ${verdict}`;
}

const args = process.argv.slice(2);
const flags = new Set(args.filter((arg) => arg.startsWith("--")));
const asJson = flags.has("--json");
const known = await benchNames();
const asked = args.filter((arg) => !arg.startsWith("--"));
const chosen = asked.includes("all") ? known : asked;
const unknown = chosen.find((name) => !known.includes(name));
if (chosen.length === 0 || unknown !== undefined) {
  process.stderr.write(
    `${unknown === undefined ? "Which bench?" : `No bench ${unknown}.`} There are: ${known.join(", ")}, all\n--json: a JSON line a figure. start --once: one start instead of three; --quick, --full: the whole quickstart too, 3 and 10 minutes\n`,
  );
  process.exit(2);
}
for (const name of chosen) {
  const { default: bench } = (await import(`./${name}.ts`)) as { readonly default: Bench };
  await bench((line) => process.stdout.write(`${asJson ? JSON.stringify(line) : tableRow(line)}\n`), flags);
}
// Engines and servers of a bench that failed to close must not keep its figures from being delivered.
process.exit(0);
