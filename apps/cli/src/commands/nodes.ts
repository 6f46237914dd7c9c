// Owns: the words and flags of `gradus nodes list|drain|undrain`. Must not know: how runs are placed.
import type { Command } from "commander";
import { request } from "../client/api-client.ts";
import { SetNodeDrainingDocument, WorkerNodesDocument } from "../client/generated/operations.ts";
import type { NodePartsFragment } from "../client/generated/operations.ts";
import { accepted } from "../client/refused.ts";
import { exitCodes, printJson, runVerb, withApi } from "./verb.ts";
import type { ApiOptions } from "./verb.ts";

export function registerNodes(program: Command): void {
  const nodes = program.command("nodes").description("worker nodes: which there are, and taking runs off one of them");
  const list = nodes.command("list").description("every node that was seen lately: its roles, engine, labels and how many runs it holds");
  withApi(list, { examples: ["gradus nodes list", "gradus nodes list --json | jq -r '.[] | select(.isAlive) | .id'"] }).action(
    (options: ApiOptions) =>
      runVerb(options, async ({ apiUrl, json }) => {
        const { workerNodes } = await request(apiUrl, WorkerNodesDocument, {});
        if (json) printJson(workerNodes);
        else
          process.stdout.write(
            workerNodes.length === 0 ? "no nodes yet: gradus worker --help\n" : workerNodes.map((node) => `${nodeLine(node)}\n`).join(""),
          );
        return exitCodes.ok;
      }),
  );
  const drain = nodes
    .command("drain")
    .description("place no run on a node any more; those that it has finish their step and move to others")
    .argument("<id>", "of the node, as `gradus nodes list` shows it");
  withApi(drain, { examples: ["gradus nodes drain gpu-1"] }).action((id: string, options: ApiOptions) => setDraining(id, true, options));
  const undrain = nodes
    .command("undrain")
    .description("place runs on a node again; a node that is started anew takes runs anyway")
    .argument("<id>", "of the node");
  withApi(undrain, { examples: ["gradus nodes undrain gpu-1"] }).action((id: string, options: ApiOptions) =>
    setDraining(id, false, options),
  );
}

const setDraining = (id: string, isDraining: boolean, options: ApiOptions): Promise<void> =>
  runVerb(options, async ({ apiUrl, json }) => {
    const node = accepted((await request(apiUrl, SetNodeDrainingDocument, { id, isDraining })).setNodeDraining, "node");
    if (json) printJson(node);
    else process.stdout.write(`${nodeLine(node)}\n`);
    return exitCodes.ok;
  });

function nodeLine({ id, roles, labels, capabilities, isAlive, lastSeenAt, stoppedAt, drainingSince, runCount }: NodePartsFragment): string {
  const state = stoppedAt !== null ? `stopped ${stoppedAt}` : isAlive ? "alive" : `silent since ${lastSeenAt}`;
  const { policyEngine, runCapacity } = capabilities as { policyEngine?: string; runCapacity?: number };
  const said = Object.entries(labels as Record<string, string>).map(([name, value]) => `${name}=${value}`);
  return [
    id,
    roles.join(",").toLowerCase(),
    ...(policyEngine === undefined ? [] : [`engine ${policyEngine}`]),
    ...(said.length === 0 ? [] : [said.join(",")]),
    ...(roles.includes("POLICY") ? [`${runCount}${runCapacity === undefined ? "" : ` of ${runCapacity}`} runs`] : []),
    state,
    ...(drainingSince === null ? [] : [`drained since ${drainingSince}`]),
  ].join("  ");
}
