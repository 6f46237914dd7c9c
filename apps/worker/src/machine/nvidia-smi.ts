// Owns: asking nvidia-smi how busy each card is, and reading what it prints. Must not know: who wants to know.
// Columns and their units: `nvidia-smi --help-query-gpu`.
import { execFile } from "node:child_process";
import type { GpuReport } from "@gradus/domain";

/** `name` may hold commas, so it stands where the others leave it. */
const COLUMNS = ["index", "name", "utilization.gpu", "memory.used", "memory.total", "power.draw", "temperature.gpu"];
const TIMEOUT_MS = 5_000;
const MEBIBYTE = 1 << 20;

/** The cards, and why something is not known: of a card's reading by its name, of all cards under `gpu`. */
export interface GpuReadings {
  readonly gpus: readonly GpuReport[];
  readonly absent: Readonly<Record<string, string>>;
}

const none = (reason: string): GpuReadings => ({ gpus: [], absent: { gpu: reason.slice(0, 500) } });

/** Never throws: a card that cannot be asked is a fact about the machine. `path`: where programs are looked for, as in PATH. */
export const askNvidiaSmi = (path = process.env["PATH"] ?? "", timeoutMs = TIMEOUT_MS): Promise<GpuReadings> =>
  new Promise((resolve) => {
    const args = [`--query-gpu=${COLUMNS.join(",")}`, "--format=csv,noheader,nounits"];
    const env = { ...process.env, PATH: path, LC_ALL: "C" };
    execFile("nvidia-smi", args, { env, timeout: timeoutMs, killSignal: "SIGKILL" }, (error, stdout, stderr) => {
      if (error === null) return resolve(readNvidiaSmi(stdout));
      if (error.code === "ENOENT") return resolve(none("nvidia-smi is not on PATH"));
      if (error.killed === true) return resolve(none(`nvidia-smi gave no answer in ${timeoutMs / 1_000} s`));
      // It says on standard output what is wrong with the driver.
      const said = `${stdout}\n${stderr}`.trim().split("\n")[0]?.trim();
      resolve(none(`nvidia-smi failed (${error.code ?? error.signal ?? "unknown"})${said ? `: ${said}` : ""}`));
    });
  });

/** Reads one line a card; a value that is no number, such as `[N/A]`, is null with what stands there as the reason. */
export function readNvidiaSmi(printed: string): GpuReadings {
  const lines = printed.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0) return none("nvidia-smi lists no card");
  const gpus: GpuReport[] = [];
  const absent: Record<string, string> = {};
  for (const line of lines) {
    const cells = line.split(",").map((cell) => cell.trim());
    const index = Number(cells[0] || Number.NaN);
    if (cells.length < COLUMNS.length || !Number.isInteger(index) || index < 0)
      return none(`nvidia-smi printed what is not understood: ${line}`);
    const [utilisation, memoryUsed, memoryTotal, power, temperature] = cells.slice(-5);
    const name = cells.slice(1, -5).join(", ");
    const read = (cell: string | undefined, reading: string): number | null => {
      const value = cell === undefined || cell === "" ? Number.NaN : Number(cell);
      if (Number.isFinite(value)) return value;
      absent[`gpu.${index}.${reading}`] = `nvidia-smi says ${cell === undefined || cell === "" ? "nothing" : cell}`.slice(0, 500);
      return null;
    };
    const share = read(utilisation, "utilisation");
    const [used, total] = [read(memoryUsed, "memoryUsedBytes"), read(memoryTotal, "memoryTotalBytes")];
    gpus.push({
      index,
      name: name.slice(0, 200),
      utilisation: share === null ? null : Math.min(1, Math.max(0, share / 100)),
      memoryUsedBytes: used === null ? null : used * MEBIBYTE,
      memoryTotalBytes: total === null ? null : total * MEBIBYTE,
      powerWatts: read(power, "powerWatts"),
      temperatureCelsius: read(temperature, "temperatureCelsius"),
    });
  }
  return { gpus, absent };
}
