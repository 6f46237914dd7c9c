// Owns: the words and flags of `gradus resume`. Must not know: workflows.
import type { Command } from "commander";
import { resume } from "../experiment/steer.ts";
import { runVerb, tellSteered, withApi } from "./verb.ts";
import type { ApiOptions } from "./verb.ts";

export function registerResume(program: Command): void {
  const command = program
    .command("resume")
    .description("let a paused run, or every paused run of an experiment, go on")
    .argument("<id>", "of a run or an experiment");
  withApi(command, { examples: ["gradus resume quickstart-1a2b3c4d.classic.1", "gradus resume quickstart-1a2b3c4d"] }).action(
    (id: string, options: ApiOptions) =>
      runVerb(options, async (context) =>
        tellSteered(await resume(context.apiUrl, id), ({ status }) => (status === "QUEUED" ? "waits for its turn" : "goes on"), context),
      ),
  );
}
