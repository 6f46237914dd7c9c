// Owns: that fifty thousand executions leave neither memory nor processes behind.
import { readFileSync } from "node:fs";
import { treeResidentMb } from "@gradus/worker/sandbox/bubblewrap/tree-cpu";
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import { DEFAULT_LIMITS } from "@gradus/worker/sandbox/sandbox";
import { expect, it } from "vitest";
import { descendants } from "../../testkit/sandbox/processes.ts";

const EXECUTIONS = 50_000;

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return ""; // ended between two looks
  }
}

it("keeps memory flat and no process alive over fifty thousand executions", async () => {
  const sandbox = await createSandbox({ backend: "bubblewrap", slots: 2 });
  const probes = [1, 2, 3, 4, 5].map((x) => ({ kind: "call", entry: "f", args: `[${x}, 3, 2]` }) as const);
  const request = { language: "python", source: "def f(xs):\n    return sorted(xs)", probes, limits: DEFAULT_LIMITS } as const;
  let next = 0;
  const residentMb: number[] = [];
  let processes = 0;
  const client = async (): Promise<void> => {
    while (next < EXECUTIONS) {
      const at = next++;
      const execution = await sandbox.execute(request);
      expect(execution.probes[4]).toEqual({ outcome: "RETURNED", value: "l3:i0x2;i0x3;i0x5;" });
      if (at % 5_000 === 4_999) residentMb.push(treeResidentMb(process.pid, read));
      if (at === 4_999) processes = descendants(process.pid);
    }
  };
  await Promise.all([client(), client(), client(), client()]);
  // The first tenth is warming up (V8's heap finds its size); after it nothing grows with the number of executions.
  expect(residentMb.length).toBe(10);
  expect((residentMb.at(-1) ?? Infinity) - (residentMb[0] ?? 0)).toBeLessThan(64);
  expect(descendants(process.pid)).toBeLessThanOrEqual(processes);
  console.log(`resident MB every 5,000 executions: ${residentMb.map(Math.round).join(" ")}`);
  await sandbox.close();
});
