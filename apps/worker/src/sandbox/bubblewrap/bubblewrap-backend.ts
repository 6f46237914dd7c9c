// Owns: what bubblewrap can do on this machine: warm, cold, or not at all, and why. Must not know: Pyodide, the pool.
import type { Backend } from "../backend.ts";
import type { Launcher } from "../confined-process.ts";
import { findCgroups, sweepCgroups } from "./cgroup.ts";
import { nodeGuest } from "./cold-guests.ts";
import { ColdLauncher } from "./cold-launcher.ts";
import { findBubblewrap, findPython, usrTree } from "./python.ts";
import { type Machine, layGround } from "./slot-ground.ts";
import { WarmLauncher, sweepSlotFolders } from "./warm-launcher.ts";

/** The backend, tried out, or why it does not work here and what to do. `mode` forces one of the two ways. */
export async function findBubblewrapBackend(mode?: Backend["mode"]): Promise<Backend | { readonly why: string }> {
  const bubblewrap = await findBubblewrap();
  if (bubblewrap === null) return { why: "bubblewrap is not installed: apt-get install bubblewrap" };
  const python = await findPython();
  if (python === null) return { why: "no python3 of 3.9 or later was found: apt-get install python3" };
  const cgroups = findCgroups();
  sweepCgroups(cgroups);
  sweepSlotFolders();
  const machine: Machine = { bubblewrap, python, usr: await usrTree(), cgroups };
  const bounded = cgroups.kind === "none" ? `rlimits only (${cgroups.why})` : `cgroup ${cgroups.kind} (${cgroups.why})`;
  const filtered = FILTERED.has(process.arch) ? "filtered by seccomp" : `not filtered: those of ${process.arch} are not known here`;
  const facts = [
    `Python ${python.version} (${python.executable})`,
    `memory and processes bounded by ${bounded}`,
    `system calls ${filtered}`,
    identityOf(process.getuid?.()),
  ];
  const warm = mode === "COLD" ? "not asked for" : await tried(() => WarmLauncher.start(layGround(machine), "python"));
  if (warm === null)
    return { name: "bubblewrap", mode: "WARM", facts, start: starter(machine, (of) => WarmLauncher.start(layGround(machine), of)) };
  if (mode === "WARM") return { why: `the warm interpreter does not work here: ${warm}` };
  const cold = await tried(async () => new ColdLauncher(layGround(machine)));
  if (cold !== null) return { why: `bubblewrap does not work here: ${cold}` };
  return {
    name: "bubblewrap",
    mode: "COLD",
    facts: [...facts, `no warm interpreter: ${warm}`],
    start: starter(machine, async () => new ColdLauncher(layGround(machine))),
  };
}

/** Processors whose system call numbers guest/seccomp.py knows. */
const FILTERED: ReadonlySet<string> = new Set(["x64", "arm64"]);

const identityOf = (uid: number | undefined): string =>
  uid === 0 ? "a user without rights for each slot" : `slots run as this user (${uid}), who is mapped into a user namespace of their own`;

const starter =
  (machine: Machine, python: (of: "python" | "check") => Promise<Launcher>): Backend["start"] =>
  async (of) => {
    if (of !== "javascript") return await python(of);
    const ground = layGround(machine);
    return new ColdLauncher(ground, nodeGuest(ground));
  };

/** Null where a process of this kind starts and answers, otherwise what it said. */
async function tried(start: () => Promise<Launcher>): Promise<string | null> {
  try {
    const launcher = await start();
    try {
      const process = await launcher.launch({ cpuMs: 5_000, wallMs: 25_000, memoryMb: 256, outputBytes: 1_024 });
      const said = collect(process.stderr);
      const hello = collect(process.channel);
      process.stdout.resume();
      process.channel.end();
      const ending = await process.ended;
      return (await hello).startsWith("H\n") ? null : `${ending.how} ${ending.code}: ${ending.detail ?? (await said)}`;
    } finally {
      await launcher.close();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  try {
    for await (const part of stream) text = (text + String(part)).slice(0, 500);
  } catch {
    // a reset by a killed process: what was read is enough
  }
  return text;
}
