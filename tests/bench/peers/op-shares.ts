// Owns: which operators a graph spends its time in, from the runtime's own profiler. Must not know: models.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession } from "onnxruntime-node";
import type { Tensor } from "onnxruntime-node";

export interface OpShares {
  /** Milliseconds of kernels a run. */
  readonly kernelMs: number;
  readonly nodes: number;
  /** Share of kernel time by operator, largest first. */
  readonly shares: readonly (readonly [op: string, share: number])[];
}

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args?: { readonly op_name?: string };
}

/** Runs the graph `runs` times under the profiler. `feeds` may hold more than the graph reads. */
export async function opShares(graph: Uint8Array, feeds: Readonly<Record<string, Tensor>>, threads: number, runs = 5): Promise<OpShares> {
  const folder = await mkdtemp(join(tmpdir(), "gradus-profile-"));
  try {
    const session = await InferenceSession.create(graph, {
      executionProviders: ["cpu"],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      enableProfiling: true,
      profileFilePrefix: join(folder, "profile"),
    });
    const read = Object.fromEntries(session.inputNames.map((name) => [name, feeds[name] as Tensor]));
    for (let index = 0; index < runs; index += 1) await session.run(read);
    session.endProfiling();
    await session.release();
    const [file = ""] = await readdir(folder);
    const events = JSON.parse(await readFile(join(folder, file), "utf8")) as ProfileEvent[];
    const kernels = events.filter(({ cat, name }) => cat === "Node" && name.endsWith("_kernel_time"));
    const total = kernels.reduce((sum, { dur }) => sum + dur, 0);
    const byOp = Map.groupBy(kernels, ({ args }) => args?.op_name ?? "?");
    const shares = [...byOp].map(([op, each]) => [op, each.reduce((sum, { dur }) => sum + dur, 0) / total] as const);
    return { kernelMs: total / runs / 1_000, nodes: kernels.length / runs, shares: shares.toSorted(([, a], [, b]) => b - a) };
  } finally {
    await rm(folder, { recursive: true });
  }
}
