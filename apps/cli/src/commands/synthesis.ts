// Owns: the words and flags of `gradus synthesis`. Must not know: how its figures are made.
import type { Command } from "commander";
import { request } from "../client/api-client.ts";
import { CancelSynthesisDocument } from "../client/generated/operations.ts";
import { accepted } from "../client/refused.ts";
import { readReport } from "../experiment/watch-synthesis.ts";
import { synthesisText } from "../view/synthesis-text.ts";
import { exitCodes, printJson, runVerb, tellSteered, withApi } from "./verb.ts";
import type { ApiOptions } from "./verb.ts";

export function registerSynthesis(program: Command): void {
  const command = program
    .command("synthesis")
    .description("report what a synthesis came to, under way or over: funnel by turn, transitions, yields, calls and their cost")
    .argument("<synthesis>", "its id")
    .option("--cancel", "end it where it is; what was written and measured stays");
  withApi(command, {
    examples: [
      "gradus synthesis grammar-1a2b3c4d",
      "gradus synthesis grammar-1a2b3c4d --json | jq .multiTurnYield.perTeacherCall",
      "gradus synthesis grammar-1a2b3c4d --cancel",
    ],
  }).action((id: string, { cancel = false, ...options }: ApiOptions & { readonly cancel?: boolean }) =>
    runVerb(options, async (context) => {
      if (cancel) {
        const { cancelSynthesis } = await request(context.apiUrl, CancelSynthesisDocument, { id });
        return tellSteered([accepted(cancelSynthesis, "synthesis")], () => "is being cancelled", context);
      }
      const report = await readReport(context.apiUrl, id);
      if (context.json) printJson(report);
      else process.stdout.write(`${synthesisText(report)}\n`);
      return exitCodes.ok;
    }),
  );
}
