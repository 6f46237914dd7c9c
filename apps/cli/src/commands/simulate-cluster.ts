// Owns: the words and flags of `gradus simulate cluster`. Must not know: how time is played, tables.
import { type Command, InvalidArgumentError } from "commander";
import { ClusterSpec, simulateCluster } from "@gradus/domain/cluster/simulate-cluster";
import { clusterText } from "../view/cluster-text.ts";
import { printJson } from "./verb.ts";

interface ClusterOptions {
  readonly generate: number;
  readonly execute: number;
  readonly reward: number;
  readonly update: number;
  readonly orchestration: number;
  readonly variation: number;
  readonly gpus: readonly number[];
  readonly gpusPerNode: number;
  readonly sandboxSlots: number;
  readonly runsPerNode: number;
  readonly steps: number;
  readonly rollouts: number;
  readonly staleness: number;
  readonly seed: number;
  readonly json?: boolean;
}

export function registerSimulateCluster(simulate: Command): void {
  simulate
    .command("cluster")
    .description(
      "forecast utilisation, waits, staleness and the bottleneck for several sizes of a cluster, from measured stage times; no engine, no server",
    )
    .requiredOption("--generate <s>", "seconds of one step's generate on one node", amount)
    .requiredOption("--execute <s>", "seconds of one rollout in one sandbox slot", amount)
    .requiredOption("--reward <s>", "seconds of one step's reward", amount)
    .requiredOption("--update <s>", "seconds of one step's update on one node", amount)
    .option("--orchestration <s>", "seconds of one step in which none of these is under way", amount, 0)
    .option("--variation <share>", "standard deviation over mean of each of them (lognormal)", amount, 0.1)
    .option("--gpus <list>", "sizes to compare", list, [1, 8, 64, 512])
    .option("--gpus-per-node <n>", "GPUs that one policy node drives", whole, 1)
    .option("--sandbox-slots <n>", "programs executed at once for each policy node", whole, 16)
    .option("--runs-per-node <n>", "runs that take turns on one node; as many are started as there is room for", whole, 1)
    .option("--steps <n>", "steps of a run", whole, 20)
    .option("--rollouts <n>", "rollouts of a step", whole, 512)
    .option("--staleness <n>", "policy versions that a rollout may be old", none, 0)
    .option("--seed <n>", "seed of the times drawn", whole, 1)
    .option("--json", "print JSON for scripts")
    .addHelpText(
      "after",
      "\nWhere stage times come from: the stages of a run on its page, `gradus export`, or `npm run bench -- step`.\n\nExamples:\n  $ gradus simulate cluster --generate 95 --execute 0.4 --reward 0.5 --update 60\n  $ gradus simulate cluster --generate 95 --execute 2 --reward 0.5 --update 60 --sandbox-slots 4 --staleness 2 --json\n\nExit codes: 0 done; 1 it failed; 2 wrong usage or refused",
    )
    .action((options: ClusterOptions) => {
      const { variation, json = false } = options;
      const time = (mean: number) => ({ mean, variation });
      const rows = options.gpus.map((gpus) => {
        const policyNodes = Math.max(1, Math.floor(gpus / options.gpusPerNode));
        const runs = policyNodes * options.runsPerNode;
        const sandboxSlots = policyNodes * options.sandboxSlots;
        const spec = ClusterSpec.parse({
          policyNodes,
          gpusPerNode: options.gpusPerNode,
          runsPerNode: options.runsPerNode,
          sandboxSlots,
          runs,
          steps: options.steps,
          rolloutsPerStep: options.rollouts,
          maxStaleness: options.staleness,
          generate: time(options.generate),
          execute: time(options.execute),
          reward: time(options.reward),
          update: time(options.update),
          orchestration: time(options.orchestration),
        });
        return { gpus, runs, sandboxSlots, forecast: simulateCluster(spec, options.seed) };
      });
      if (json) return printJson(rows);
      process.stdout.write(`${clusterText(rows)}\n`);
    });
}

function whole(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError("expected a whole number from 1");
  return Number(text);
}

const none = (text: string): number => (text === "0" ? 0 : whole(text));

function amount(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && Number.isFinite(value))) throw new InvalidArgumentError("expected a number of 0 or more");
  return value;
}

const list = (text: string): number[] => text.split(",").map(whole);
