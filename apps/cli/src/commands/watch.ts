// Owns: the words and flags of `gradus watch`. Must not know: how progress comes or is drawn.
import type { Command } from "commander";
import { exitCodeOfExperiment } from "../experiment/progress.ts";
import { watchAsJson, watchOnScreen } from "../view/watch-on-screen.ts";
import { runVerb, withApi } from "./verb.ts";
import type { ApiOptions } from "./verb.ts";

export function registerWatch(program: Command): void {
  const command = program
    .command("watch")
    .description("follow an experiment until it has ended, through restarts of the API")
    .argument("<experiment>", "its id");
  withApi(command, {
    examples: [
      "gradus watch quickstart-1a2b3c4d",
      "gradus watch quickstart-1a2b3c4d --json | jq -c 'select(.event.__typename == \"StepCompleted\")'",
    ],
    failed: "it or one of its runs failed",
  }).action((experimentId: string, options: ApiOptions) =>
    runVerb(options, async ({ apiUrl, json, signal }) => {
      const watch = json ? watchAsJson : watchOnScreen;
      return exitCodeOfExperiment(await watch({ apiUrl, experimentId, signal, stream: process.stdout }));
    }),
  );
}
