// Owns: the words and flags of `gradus up`. Must not know: how anything is started.
import { type Command, InvalidArgumentError } from "commander";

export function registerUp(program: Command): void {
  program
    .command("up")
    .description("start the whole system on this machine, run the quickstart experiment and stay up until Ctrl-C")
    .option("--exit", "end with the experiment's exit code instead of staying up")
    .option("--json", "print the comparison as JSON, last, on standard output; progress goes to standard error")
    .option("--quick", "fewer steps, in three minutes or less")
    .option("--fresh", "start another experiment even where one is finished or unfinished")
    .option("--open", "open the page in the browser")
    .option("--port <number>", "port of the API on 127.0.0.1; a free one is taken when it is busy (default 7400)", parsePort)
    .addHelpText(
      "after",
      `
Examples:
  $ gradus up                        everything, until Ctrl-C
  $ gradus up --quick --exit         a short run that ends by itself
  $ gradus up --exit --json | jq .   the comparison for a script
  $ GRADUS_HOME=/big/disk gradus up  data somewhere else
  $ DATABASE_URL=... TEMPORAL_ADDRESS=host:7233 gradus up   servers that run already

Exit codes: 0 done; 1 the experiment or a server failed; 2 wrong usage; 3 the machine lacks something (see gradus doctor); 130 Ctrl-C before the experiment was done (afterwards: 0)`,
    )
    .action(async (options: { exit?: boolean; json?: boolean; quick?: boolean; fresh?: boolean; open?: boolean; port?: number }) => {
      // Loaded here, so that the other verbs do not wait for database and Temporal clients they never use.
      const { up } = await import("../up/up.ts");
      process.exitCode = await up(options);
    });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_532) throw new InvalidArgumentError("expected a whole number from 1 to 65532");
  return port;
}
