// Owns: the words and flags of `gradus doctor`. Must not know: the checks.
import type { Command } from "commander";

export function registerDoctor(program: Command): void {
  program
    .command("doctor")
    .description("check what Gradus needs on this machine: what, why and what to do")
    .option("--json", "print the findings as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  $ gradus doctor\n  $ gradus doctor --json | jq '.findings[] | select(.severity != \"OK\")'\n\nExit codes: 0 Gradus can run here; 3 it cannot",
    )
    .action(async (options: { json?: boolean }) => {
      const { doctor } = await import("../doctor/doctor.ts");
      process.exitCode = await doctor(options);
    });
}
