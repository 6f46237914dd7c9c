// Owns: the words and flags of `gradus cancel`. Must not know: workflows.
import type { Command } from "commander";
import { cancel } from "../experiment/steer.ts";
import { runVerb, tellSteered, withApi } from "./verb.ts";
import type { ApiOptions } from "./verb.ts";

export function registerCancel(program: Command): void {
  const command = program
    .command("cancel")
    .description("end an experiment with all its runs, or one run; checkpoints stay")
    .argument("<id>", "of an experiment or a run");
  withApi(command, { examples: ["gradus cancel quickstart-1a2b3c4d", "gradus cancel quickstart-1a2b3c4d.classic.1"] }).action(
    (id: string, options: ApiOptions) =>
      runVerb(options, async (context) => tellSteered(await cancel(context.apiUrl, id), () => "ends", context)),
  );
}
