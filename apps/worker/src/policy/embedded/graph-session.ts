// Owns: running an encoded graph on onnxruntime-node with fixed settings. Must not know: what the graph computes.
import { InferenceSession, Tensor } from "onnxruntime-node";

/** Where graphs run. Only `cpu` is part of the deterministic contract. */
export type ExecutionProvider = "cpu" | "cuda" | "webgpu";

export interface RuntimeOptions {
  readonly provider: ExecutionProvider;
  /** Threads inside one operator. */
  readonly threads: number;
}

/** @throws Error naming the provider when the runtime cannot start it */
export async function createSession(model: Uint8Array, { provider, threads }: RuntimeOptions): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(model, {
      executionProviders: [provider],
      graphOptimizationLevel: "all",
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: "sequential",
      enableCpuMemArena: true,
      enableMemPattern: true,
      logSeverityLevel: 3,
    });
  } catch (error) {
    // A provider that is not in this build fails only here; its name is what the reader needs.
    throw new Error(`execution provider "${provider}" cannot run the policy: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** A tensor over the array's own memory: no copy. */
export const real = (data: Float32Array, shape: readonly number[]): Tensor => new Tensor("float32", data, [...shape]);
export const integers = (data: BigInt64Array, shape: readonly number[]): Tensor => new Tensor("int64", data, [...shape]);

/** The float32 result of that name. */
export function realOutput(outputs: InferenceSession.ReturnType, name: string): Float32Array {
  const tensor = outputs[name];
  if (tensor === undefined || !(tensor.data instanceof Float32Array)) throw new Error(`the graph gave no float32 result ${name}`);
  return tensor.data;
}
