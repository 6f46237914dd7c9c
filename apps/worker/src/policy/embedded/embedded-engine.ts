// Owns: the embedded PolicyEngine as its users see it: a child process per engine, restarted after a crash.
// Must not know: tensors, graphs, the native runtime (never loaded in this process).
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { PolicyModel } from "@gradus/domain/policy-model";
import { NonFiniteUpdate } from "../policy-engine.ts";
import type {
  AdamSpec,
  Datum,
  EngineCapabilities,
  LossReport,
  LossSpec,
  PolicyEngine,
  Sample,
  SampleRow,
  SamplingSpec,
  ScoredRow,
} from "../policy-engine.ts";
import type { EngineCall, EngineCalls, EngineMethod, EngineReply } from "./engine-wire.ts";
import type { ExecutionProvider } from "./graph-session.ts";
import type { ModelSpec } from "./model-spec.ts";
import { QUICKSTART_MODEL } from "./presets.ts";
import { pythonTokenizer } from "./tokenizer.ts";

export interface EmbeddedEngineOptions {
  /** Default: the quickstart's model. */
  readonly model?: ModelSpec;
  /** Threads inside one operator. Part of a run's provenance. Default 1. */
  readonly threads?: number;
  /** Default `cpu`; another must be in the runtime's build and machine, and compute a training step as `cpu` does (self-test.ts). */
  readonly provider?: ExecutionProvider;
}

interface Pending {
  readonly method: EngineMethod;
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** Thrown by calls that were under way when the engine's process ended, and by none else. The models it held are gone. */
export class EngineCrashed extends Error {
  override readonly name = "EngineCrashed";
}

const CHILD = fileURLToPath(new URL("./engine-child.ts", import.meta.url));

/** Starts an embedded engine in its own process. @throws Error when the model spec or provider is wrong */
export async function createEmbeddedEngine(options: EmbeddedEngineOptions = {}): Promise<EmbeddedEngine> {
  const engine = new EmbeddedEngine(options);
  try {
    await engine.open();
  } catch (error) {
    // A refused spec must not leave a process behind.
    await engine.close();
    throw error;
  }
  return engine;
}

export class EmbeddedEngine implements PolicyEngine {
  readonly tokenizer = pythonTokenizer;
  readonly #options: EmbeddedEngineOptions;
  readonly #pending = new Map<number, Pending>();
  readonly #models = new Set<string>();
  #capabilities: EngineCapabilities | null = null;
  #child: ChildProcess | null = null;
  #closed = false;
  #calls = 0;

  constructor(options: EmbeddedEngineOptions) {
    this.#options = options;
  }

  get capabilities(): EngineCapabilities {
    if (this.#capabilities === null) throw new Error("the embedded engine is not open yet");
    return this.#capabilities;
  }

  /** Process id of the child while there is one. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Starts the child if there is none. */
  async open(): Promise<void> {
    if (this.#closed) throw new Error("the embedded engine is closed");
    if (this.#child !== null) return;
    // Detached: the leader of a session of its own, as its priority needs (engine-child.ts). Its channel still ends it with this process.
    const child = fork(CHILD, [], {
      serialization: "advanced",
      execArgv: [],
      detached: true,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#child = child;
    child.on("message", (reply: EngineReply) => this.#settle(reply));
    child.on("error", (error) => this.#lose(child, error.message));
    child.on("exit", (code, signal) => this.#lose(child, signal === null ? `exit code ${code ?? "unknown"}` : `signal ${signal}`));
    this.#capabilities = await this.#call({
      method: "open",
      args: [
        {
          spec: this.#options.model ?? QUICKSTART_MODEL,
          runtime: { provider: this.#options.provider ?? "cpu", threads: this.#options.threads ?? 1 },
          vocabularyHash: pythonTokenizer.hash,
        },
      ],
    });
  }

  #lose(child: ChildProcess, cause: string): void {
    if (this.#child !== child) return;
    this.#child = null;
    this.#models.clear();
    for (const { method, reject } of this.#pending.values())
      reject(new EngineCrashed(`the policy engine's process ended (${cause}) during ${method}; load the last checkpoint to go on`));
    this.#pending.clear();
  }

  #settle(reply: EngineReply): void {
    const pending = this.#pending.get(reply.id);
    if (pending === undefined) return;
    this.#pending.delete(reply.id);
    if ("value" in reply) return pending.resolve(reply.value as never);
    const { name, message, stack } = reply.error;
    pending.reject(
      name === "NonFiniteUpdate" ? new NonFiniteUpdate(message) : Object.assign(new Error(message, { cause: stack }), { name }),
    );
  }

  #call<Method extends EngineMethod>(
    call: Extract<EngineCall, { readonly method: Method }>,
    signal?: AbortSignal,
  ): Promise<EngineCalls[Method]["result"]> {
    const child = this.#child;
    if (child === null) return Promise.reject(new Error("the policy engine has no process: create or load a model first"));
    signal?.throwIfAborted();
    const id = (this.#calls += 1);
    const abort = (): void => void (child.connected && child.send({ abort: id }));
    signal?.addEventListener("abort", abort, { once: true });
    return new Promise<EngineCalls[Method]["result"]>((resolve, reject) => {
      this.#pending.set(id, { method: call.method, resolve, reject });
      child.send({ id, call }, (error) => error !== null && this.#lose(child, error.message));
    }).finally(() => signal?.removeEventListener("abort", abort));
  }

  hasModel(modelId: string): boolean {
    return this.#models.has(modelId);
  }

  async createModel(modelId: string, seed: number, model?: PolicyModel): Promise<void> {
    await this.open();
    await this.#call({ method: "createModel", args: model === undefined ? [modelId, seed] : [modelId, seed, model] });
    this.#models.add(modelId);
  }

  async sample(modelId: string, rows: readonly SampleRow[], spec: SamplingSpec, signal?: AbortSignal): Promise<Sample[]> {
    return this.#call({ method: "sample", args: [modelId, rows, spec] }, signal);
  }

  async forwardBackward(modelId: string, data: readonly Datum[], loss: LossSpec): Promise<LossReport> {
    return this.#call({ method: "forwardBackward", args: [modelId, data, loss] });
  }

  async logProbs(modelId: string, rows: readonly ScoredRow[]): Promise<number[][]> {
    return this.#call({ method: "logProbs", args: [modelId, rows] });
  }

  async optimStep(modelId: string, adam: AdamSpec): Promise<{ readonly gradNorm: number }> {
    return this.#call({ method: "optimStep", args: [modelId, adam] });
  }

  async saveState(modelId: string): Promise<Uint8Array> {
    return this.#call({ method: "saveState", args: [modelId] });
  }

  async loadState(modelId: string, bytes: Uint8Array): Promise<void> {
    await this.open();
    this.#models.delete(modelId);
    await this.#call({ method: "loadState", args: [modelId, bytes] });
    this.#models.add(modelId);
  }

  async resetOptimizer(modelId: string): Promise<void> {
    await this.#call({ method: "resetOptimizer", args: [modelId] });
  }

  async unloadModel(modelId: string): Promise<void> {
    this.#models.delete(modelId);
    if (this.#child !== null) await this.#call({ method: "unloadModel", args: [modelId] });
  }

  /** Ends the child; what it held is gone. Safe to call twice. */
  async close(): Promise<void> {
    this.#closed = true;
    const child = this.#child;
    if (child === null) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGKILL");
    await ended;
  }
}
