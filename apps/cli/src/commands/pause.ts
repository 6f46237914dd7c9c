// Owns: the words and flags of `gradus pause`. Must not know: workflows.
import type { Command } from "commander";
import { pause } from "../experiment/steer.ts";
import { runVerb, tellSteered, withApi } from "./verb.ts";
import type { ApiOptions } from "./verb.ts";

export function registerPause(program: Command): void {
  const command = program
    .command("pause")
    .description("let a run, or every run of an experiment, finish its step and wait; one that waits for its turn does not begin")
    .argument("<id>", "of a run or an experiment")
    .option("--cause <text>", "why, for whoever reads the run later");
  withApi(command, {
    examples: ["gradus pause quickstart-1a2b3c4d.classic.1", 'gradus pause quickstart-1a2b3c4d --cause "machine is needed"'],
  }).action((id: string, { cause, ...options }: ApiOptions & { readonly cause?: string }) =>
    runVerb(options, async (context) =>
      tellSteered(
        await pause(context.apiUrl, id, cause ?? null),
        ({ status }) => (status === "PAUSED" ? "will not begin" : "will wait after its step"),
        context,
      ),
    ),
  );
}
