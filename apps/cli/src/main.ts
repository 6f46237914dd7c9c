#!/usr/bin/env node
// Owns: the program `gradus`: its verbs, and how errors become messages and exit codes. Must not know: what the verbs do.
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { RefusedError } from "./client/refused.ts";
import { printJson } from "./commands/verb.ts";
import { registerAlerts } from "./commands/alerts.ts";
import { registerCancel } from "./commands/cancel.ts";
import { registerCompare } from "./commands/compare.ts";
import { registerCurricula } from "./commands/curricula.ts";
import { registerDoctor } from "./commands/doctor.ts";
import { registerExport } from "./commands/export.ts";
import { registerEngine } from "./commands/engine.ts";
import { registerImport } from "./commands/import.ts";
import { registerKeys } from "./commands/keys.ts";
import { registerNodes } from "./commands/nodes.ts";
import { registerPause } from "./commands/pause.ts";
import { registerProblem } from "./commands/problem.ts";
import { registerPretrain } from "./commands/pretrain.ts";
import { registerResume } from "./commands/resume.ts";
import { registerRun } from "./commands/run.ts";
import { registerSimulate } from "./commands/simulate.ts";
import { registerStatus } from "./commands/status.ts";
import { registerSynthesis } from "./commands/synthesis.ts";
import { registerSynthesize } from "./commands/synthesize.ts";
import { registerUp } from "./commands/up.ts";
import { registerWatch } from "./commands/watch.ts";
import { registerWorker } from "./commands/worker.ts";
import { exitCodeOf, tellError } from "./tell-error.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };

const program = new Command("gradus")
  .description("run, track and compare reinforcement learning for code with synthetic data and curricula")
  .version(version, "-V, --version")
  .exitOverride()
  .addHelpText(
    "after",
    "\nExamples:\n  $ gradus up             start everything and run the quickstart\n  $ gradus doctor         check this machine\n  $ gradus run my.yaml    start an experiment, follow it, compare its arms\n  $ gradus <verb> --help  flags and examples of a verb",
  );

const verbs = [
  registerUp,
  registerDoctor,
  registerRun,
  registerStatus,
  registerWatch,
  registerCompare,
  registerPause,
  registerResume,
  registerCancel,
  registerImport,
  registerExport,
  registerAlerts,
  registerCurricula,
  registerProblem,
  registerSimulate,
  registerSynthesize,
  registerSynthesis,
  registerPretrain,
  registerEngine,
  registerWorker,
  registerNodes,
  registerKeys,
];
for (const register of verbs) register(program);

// Whoever reads has seen enough, as `head` has: that is no failure of ours, and no news.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  // Scripts that read JSON read the refusal so as well.
  if (error instanceof RefusedError && process.argv.includes("--json"))
    printJson({ error: { message: error.message, fields: error.fields } });
  // Commander has told its own errors already; help and version are no errors.
  if (!(error instanceof CommanderError)) tellError(error);
  process.exitCode = exitCodeOf(error);
}
// A verb has ended when its promise settles; what still listens (a signal handler, a socket that closes slowly) must not hold the terminal.
process.exit();
