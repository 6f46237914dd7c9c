// Owns: `gradus up`: the data folder, the servers, the quickstart, and the end of all three on any signal. Must not know: single servers.
import { spawn } from "node:child_process";
import { openDataFolder, writeRunning } from "./data-folder.ts";
import { gradusHome } from "./gradus-folders.ts";
import { requireSandbox } from "./require-sandbox.ts";
import { runQuickstart } from "./quickstart.ts";
import { defaultPort, startServices, type Services, type StartServicesInput } from "./services.ts";

export interface UpOptions {
  /** End with the experiment's exit code instead of staying up. */
  exit?: boolean;
  json?: boolean;
  quick?: boolean;
  fresh?: boolean;
  /** Open the page in the browser. */
  open?: boolean;
  /** Wanted port of the API. */
  port?: number;
}

/** What `up` runs; tests put small programs in their place. */
export interface UpParts {
  programs?: StartServicesInput["programs"];
  quickstart?: typeof runQuickstart;
}

/** Runs everything until a signal comes, or until the experiment is done with `exit`. Returns the exit code. Throws UnusableError. */
export async function up(options: UpOptions, { programs, quickstart = runQuickstart }: UpParts = {}): Promise<number> {
  const { exit = false, json = false, quick = false, fresh = false, open = false, port = defaultPort } = options;
  const home = gradusHome();
  // With --json the last thing on standard output is the result, so progress goes beside it.
  const say = (message: string) => (json ? console.error(message) : console.log(message));
  const { signal, received } = endOnSignals(say);
  const folder = openDataFolder(home);
  let services: Services | undefined;
  try {
    say(`Gradus keeps its data in ${home}`);
    say(`  ${await requireSandbox()}`);
    services = await startServices({
      home,
      env: process.env,
      port,
      signal,
      ...(programs && { programs }),
      onProgress: (message) => say(`  ${message}`),
      onChange: (running) => writeRunning(home, { pid: process.pid, ...running }),
    });
    const { apiUrl, temporalUiUrl, givenUp } = services;
    const addresses = `API ${apiUrl}${temporalUiUrl === null ? "" : `, Temporal ${temporalUiUrl}`}`;
    say(`Gradus is up: ${addresses}`);
    if (open) openInBrowser(apiUrl);
    // Where keys are asked for (GRADUS_REQUIRE_KEY), whoever starts the API asks as who may do everything, unless told otherwise.
    const { GRADUS_ADMIN_KEY: adminKey } = process.env;
    if (adminKey !== undefined) process.env["GRADUS_API_KEY"] ??= adminKey;
    const code = await Promise.race([quickstart({ apiUrl, quick, fresh, json, exit, signal }), givenUp, received]);
    if (exit || signal.aborted) return code;
    say(`Ctrl-C ends it. ${addresses}`);
    await Promise.race([givenUp, received]);
    return 0;
  } catch (error) {
    if (signal.aborted) return received;
    throw error;
  } finally {
    if (services !== undefined) say("stopping the servers");
    await services?.stop();
    folder.release();
  }
}

/** The first signal asks for an end in good order; the second ends at once, and the servers end because their launcher is gone. */
function endOnSignals(say: (message: string) => void): { signal: AbortSignal; received: Promise<number> } {
  const controller = new AbortController();
  const { promise: received, resolve } = Promise.withResolvers<number>();
  const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(codes[name]);
      say(`${name}: ending in good order, a second one ends at once`);
      controller.abort(new Error(name));
      resolve(codes[name]);
    });
  }
  return { signal: controller.signal, received };
}

function openInBrowser(url: string): void {
  const opener = process.platform === "darwin" ? "open" : "xdg-open";
  // No browser to open is no reason to fail: the address is on the terminal.
  spawn(opener, [url], { stdio: "ignore", detached: true })
    .on("error", () => undefined)
    .unref();
}
