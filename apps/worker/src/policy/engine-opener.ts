// Owns: how a node comes by its policy engines, from its flags and variables: embedded, or behind a server that may be its own. Must not know: roles,
// what engines are for.
import { PolicyEngineName } from "@gradus/domain";
import type { BlobStore } from "@gradus/domain/blob-store";
import { once } from "../once.ts";
import { count, fail, required } from "../settings.ts";
import { startSkyrl } from "../skyrl/skyrl-process.ts";
import { skyrlSettings } from "../skyrl/skyrl-settings.ts";
import { tendSkyrl } from "../skyrl/tend-skyrl.ts";
import type { TendedServer } from "../skyrl/tend-skyrl.ts";
import { createEmbeddedEngine } from "./embedded/embedded-engine.ts";
import type { ExecutionProvider } from "./embedded/graph-session.ts";
import type { PolicyEngine } from "./policy-engine.ts";
import { connectTinker } from "./tinker/connect-tinker.ts";
import type { ConnectTinkerOptions } from "./tinker/connect-tinker.ts";
import { tokenizerOf } from "./tinker/folder-tokenizer.ts";
import { hasTokenizer, readTokenizer } from "./tinker/read-tokenizer.ts";

export interface EngineOpener {
  readonly name: PolicyEngineName;
  /** Opens one more. */
  readonly open: () => Promise<PolicyEngine>;
  /** Ends the server that the node keeps for itself, where it does. */
  readonly stop: () => Promise<void>;
}

/** Reads everything at once: keys leave the environment afterwards. With `skyrl` the server's first start is waited for. */
export async function engineOpener(
  flags: { readonly engine: string; readonly skyrl: boolean },
  blobs: Pick<BlobStore, "get">,
): Promise<EngineOpener> {
  const name = PolicyEngineName.safeParse(flags.engine).data ?? fail(`--engine ${flags.engine}: expected embedded or tinker`);
  if (flags.skyrl && name !== "tinker") fail("--skyrl needs --engine tinker");
  const skyrl = flags.skyrl ? await keepSkyrl() : null;
  const stop = async (): Promise<void> => skyrl?.stop();
  if (name === "embedded") {
    const open = () => createEmbeddedEngine({ provider: policyProvider() });
    return { name, open, stop };
  }
  const url = skyrl?.url ?? required("GRADUS_TINKER_URL");
  const key = process.env["GRADUS_TINKER_KEY"];
  const tokenizer = tokenizerNamed(process.env["GRADUS_TINKER_TOKENIZER"] || (flags.skyrl ? tokenizerBesideWeights() : undefined), blobs);
  const rank = count("GRADUS_TINKER_RANK", 32);
  const lossReduction = process.env["GRADUS_TINKER_LOSS"] ?? "sequence-mean";
  if (lossReduction !== "sum" && lossReduction !== "sequence-mean")
    return fail(`GRADUS_TINKER_LOSS: expected sum or sequence-mean, got ${lossReduction}`);
  const context = process.env["GRADUS_TINKER_CONTEXT"] === undefined ? {} : { contextTokens: count("GRADUS_TINKER_CONTEXT", 0) };
  const open = () => connectTinker({ url, ...(key === undefined ? {} : { key }), tokenizer, rank, lossReduction, ...context });
  return { name, open, stop };
}

/** A server of this node's own; its later starts are told on standard error. */
async function keepSkyrl(): Promise<TendedServer> {
  try {
    const settings = skyrlSettings(process.env);
    return await tendSkyrl(() => startSkyrl(settings), { onEvent: tellSkyrl });
  } catch (error) {
    // A node whose engine does not start at all is not a node.
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function tellSkyrl(what: string, error?: unknown): void {
  console.error(JSON.stringify({ skyrl: what, ...(error instanceof Error && { error: error.message }) }));
}

/** Read once for all engines of the node, and only where the server is not ours. */
function tokenizerNamed(named: string | undefined, blobs: Pick<BlobStore, "get">): ConnectTinkerOptions["tokenizer"] {
  return named === undefined ? undefined : once(async () => tokenizerOf(await readTokenizer(named, blobs), named)).get;
}

/** A SkyRL of the node's own has its model here, more often than not with its tokenizer. */
function tokenizerBesideWeights(): string | undefined {
  const model = process.env["GRADUS_SKYRL_MODEL"];
  return model !== undefined && hasTokenizer(model) ? model : undefined;
}

/** Where this node's engines compute. A provider that is not there is an error at start, never another one. */
function policyProvider(): ExecutionProvider {
  const provider = process.env["GRADUS_POLICY_PROVIDER"] ?? "cpu";
  if (provider === "cpu" || provider === "webgpu" || provider === "cuda") return provider;
  return fail(`GRADUS_POLICY_PROVIDER: expected cpu, webgpu or cuda, got ${provider}`);
}
