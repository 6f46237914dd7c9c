// Owns: the words and flags of `gradus worker`. Must not know: what a worker does with them.
import type { Command } from "commander";

interface WorkerOptions {
  readonly role: string;
  readonly node?: string;
  readonly engine: string;
  readonly labels?: string;
  readonly capacity?: string;
  readonly skyrl?: boolean;
}

export function registerWorker(program: Command): void {
  program
    .command("worker")
    .description("take stages of training runs on this machine, until Ctrl-C; it needs Temporal, and the API or the database")
    .option("--role <roles>", "all, or several of control, policy and sandbox with commas", "all")
    .option("--node <name>", "its stable name (default: the host's)")
    .option("--engine <name>", "embedded, or tinker: its policies are behind the server at GRADUS_TINKER_URL", "embedded")
    .option("--labels <list>", "what runs may ask of their node, such as gpu=h100,mem=80")
    .option("--capacity <n>", "runs that it holds at a time (default: as many as come)")
    .option("--skyrl", "with --engine tinker: keep a SkyRL server on this machine")
    .option("--json", "nothing changes: what it prints on standard output is one line of JSON, once it takes work")
    .addHelpText(
      "after",
      `
Environment: TEMPORAL_ADDRESS; GRADUS_API_URL and GRADUS_NODE_KEY, or DATABASE_URL and GRADUS_BLOBS. The rest, TLS and keys included:
  $ node apps/worker/src/main.ts --help

Examples:
  $ TEMPORAL_ADDRESS=10.0.0.5:7233 GRADUS_API_URL=https://gradus.example GRADUS_NODE_KEY=... gradus worker --role sandbox
  $ gradus worker --role policy --node gpu-1 --engine tinker --labels gpu=h100,mem=80

Exit codes: 0 stopped in order; 1 it failed; 2 wrong usage`,
    )
    .action(async ({ role, node, engine, labels, capacity, skyrl }: WorkerOptions) => {
      const given = { role, node, engine, labels, capacity };
      const flags = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]));
      // The worker is a program of its own, which reads its arguments and ends its process itself.
      process.argv.splice(2, Infinity, ...flags, ...(skyrl === true ? ["--skyrl"] : []));
      await import("@gradus/worker/main");
    });
}
