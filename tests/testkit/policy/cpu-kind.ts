// Owns: naming the kind of CPU on which floating-point results repeat to the bit. Must not know: what is computed.
import { readFileSync } from "node:fs";
import { arch, cpus } from "node:os";

/** Vendor, family and model: the runtime picks its kernels by them. Where the system does not tell (not Linux on x64), architecture and name. */
export function cpuKind(): string {
  if (process.platform === "linux" && arch() === "x64") {
    const info = readFileSync("/proc/cpuinfo", "utf8");
    const field = (name: string): string => new RegExp(`^${name}\\s*: (.*)$`, "m").exec(info)?.[1] ?? "unknown";
    return `${field("vendor_id")} family ${field("cpu family")} model ${field("model")}`;
  }
  return `${arch()} ${cpus()[0]?.model ?? "unknown"}`;
}
