// Owns: the embedded engine and its server as one thing that starts and ends. Must not know: the command line.
import { createEmbeddedEngine } from "../policy/embedded/embedded-engine.ts";
import type { EmbeddedEngineOptions } from "../policy/embedded/embedded-engine.ts";
import { pythonTokenizer } from "../policy/embedded/tokenizer.ts";
import { serveEngine } from "./engine-server.ts";
import type { EngineServer, EngineServerOptions } from "./engine-server.ts";

export type ServeEmbeddedOptions = Omit<EngineServerOptions, "engine" | "vocabulary"> & EmbeddedEngineOptions;

/** @throws Error for a provider that is not there, an address that is taken, or a public host without a key */
export async function serveEmbedded(options: ServeEmbeddedOptions): Promise<EngineServer> {
  const engine = await createEmbeddedEngine(options);
  try {
    const vocabulary = { size: pythonTokenizer.size, hash: pythonTokenizer.hash };
    const server = await serveEngine({ ...options, engine, vocabulary });
    return {
      url: server.url,
      async close() {
        await server.close();
        await engine.close();
      },
    };
  } catch (error) {
    // A server that cannot listen must not leave an engine behind.
    await engine.close();
    throw error;
  }
}
