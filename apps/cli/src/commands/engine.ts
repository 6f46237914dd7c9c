// Owns: the words and flags of `gradus engine serve|tokenizer`. Must not know: how an engine is served, what a tokenizer's files hold.
import { join, resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { ConfigurationError } from "@gradus/domain";
import type { ServeEmbeddedOptions } from "@gradus/worker/engine-server/serve-embedded";
import { RefusedError } from "../client/refused.ts";
import { storeTokenizer } from "../experiment/store-tokenizer.ts";
import { gradusHome } from "../up/gradus-folders.ts";
import { exitCodes, printJson, runVerb, withApi } from "./verb.ts";
import type { ApiOptions } from "./verb.ts";

interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly folder?: string;
  readonly provider: NonNullable<ServeEmbeddedOptions["provider"]>;
  readonly threads: number;
  readonly json?: boolean;
}

export function registerEngine(program: Command): void {
  const engine = program.command("engine").description("run a policy engine for other machines, and give them a model's tokenizer");
  engine
    .command("serve")
    .description("serve the embedded policy engine over the Tinker API until Ctrl-C; GRADUS_ENGINE_KEY is the key that clients must send")
    .option("--host <address>", "where it listens; anything but loopback needs a key", "127.0.0.1")
    .option("--port <number>", "0: any free one", wholeNumber, 8100)
    .option("--folder <path>", "where saved weights lie; they outlive the server (default: engine-weights in the data folder)")
    .addOption(new Option("--provider <name>", "where it computes").choices(["cpu", "webgpu", "cuda"]).default("cpu"))
    .option("--threads <number>", "threads inside one operator", wholeNumber, 1)
    .option("--json", "print its address as one line of JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ gradus engine serve
  $ GRADUS_ENGINE_KEY=tml-secret gradus engine serve --host 0.0.0.0 --port 8100
  $ GRADUS_TINKER_URL=http://10.0.0.7:8100 GRADUS_TINKER_KEY=tml-secret node apps/worker/src/main.ts --role policy --engine tinker

Exit codes: 0 ended by Ctrl-C; 1 it failed; 2 wrong usage or refused`,
    )
    .action(serve);
  const tokenizer = engine
    .command("tokenizer")
    .description("store a model's tokenizer and print its name, for GRADUS_TINKER_TOKENIZER of nodes and policy.tokenizer of experiments")
    .argument(
      "<folder>",
      "tokenizer.json and tokenizer_config.json; chat_template.jinja and config.json beside them count where they are there",
    );
  withApi(tokenizer, { examples: ["gradus engine tokenizer ./qwen3", "gradus engine tokenizer ./qwen3 --json | jq -r .name"] }).action(
    (folder: string, options: ApiOptions) =>
      runVerb(options, async ({ apiUrl, json }) => {
        const name = `sha256:${await storeTokenizer(apiUrl, resolve(folder), "<folder>")}`;
        if (json) printJson({ name });
        else process.stdout.write(`${name}\n`);
        return exitCodes.ok;
      }),
  );
}

async function serve({ host, port, folder, provider, threads, json = false }: ServeOptions): Promise<void> {
  const key = process.env["GRADUS_ENGINE_KEY"] || undefined;
  // The engine's process has no use for it.
  delete process.env["GRADUS_ENGINE_KEY"];
  const ended = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  // Loaded here, so that the other verbs do not wait for the engine.
  const { serveEmbedded } = await import("@gradus/worker/engine-server/serve-embedded");
  const server = await serveEmbedded({
    host,
    port,
    folder: folder ?? join(gradusHome(), "engine-weights"),
    provider,
    threads,
    ...(key === undefined ? {} : { key }),
  }).catch((error: unknown) => {
    if (error instanceof ConfigurationError)
      throw new RefusedError(error.message, [{ path: "--host", value: host, expected: "127.0.0.1, or a key in GRADUS_ENGINE_KEY" }]);
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new RefusedError(`something listens at ${host}:${port} already`, [
      { path: "--port", value: port, expected: "another one, or 0 for any free one" },
    ]);
  });
  process.stdout.write(json ? `${JSON.stringify({ ready: true, url: server.url })}\n` : `policy engine at ${server.url}; Ctrl-C ends it\n`);
  await ended;
  await server.close();
  process.exitCode = exitCodes.ok;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new InvalidArgumentError("expected a whole number from 0 to 65535");
  return value;
}
