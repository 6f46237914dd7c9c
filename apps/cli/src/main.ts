#!/usr/bin/env node
// Owns: the program `gradus`: its verbs, and how errors become messages and exit codes. Must not know: what the verbs do.
import { Command, CommanderError } from "commander";
import { registerDoctor } from "./commands/doctor.ts";
import { registerUp } from "./commands/up.ts";
import { exitCodeOf, tellError } from "./tell-error.ts";

const program = new Command("gradus")
  .description("run, track and compare reinforcement learning for code with synthetic data and curricula")
  .exitOverride()
  .addHelpText(
    "after",
    "\nExamples:\n  $ gradus up             start everything and run the quickstart\n  $ gradus doctor         check this machine\n  $ gradus <verb> --help  flags and examples of a verb",
  );

for (const register of [registerUp, registerDoctor]) register(program);

try {
  await program.parseAsync();
} catch (error) {
  // Commander has told its own errors already; help and version are no errors.
  if (!(error instanceof CommanderError)) tellError(error);
  process.exitCode = exitCodeOf(error);
}
// A verb has ended when its promise settles; what still listens (a signal handler, a socket that closes slowly) must not hold the terminal.
process.exit();
