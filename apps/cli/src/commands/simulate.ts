// Owns: `gradus simulate`, and the words and flags of its `curriculum`. Must not know: curricula, plots.
import { type Command, InvalidArgumentError } from "commander";
import { paperPool, simulate } from "@gradus/domain/curriculum/simulation";
import { readCurricula } from "../experiment/read-curricula.ts";
import { simulationCsv, simulationText } from "../view/simulation-text.ts";
import { registerSimulateCluster } from "./simulate-cluster.ts";
import { printJson } from "./verb.ts";

interface SimulateOptions {
  readonly steps: number;
  readonly groups: number;
  readonly groupSize: number;
  readonly problems: number;
  readonly seed: number;
  readonly gain?: number;
  readonly columns: number;
  readonly csv?: boolean;
  readonly json?: boolean;
}

export function registerSimulate(program: Command): void {
  const verb = program.command("simulate").description("look at what something would do before it is paid for");
  registerSimulateCluster(verb);
  verb
    .command("curriculum")
    .description("plot what a curriculum would draw over a run, with a model of a policy that learns; no engine, no server")
    .argument(
      "<file|name>",
      "a preset or a sampler (gradus curricula), a YAML or JSON file of one curriculum, or an experiment file (every arm)",
    )
    .option("--steps <n>", "steps of the run", whole, 40_000)
    .option("--groups <n>", "groups a step", whole, 1)
    .option("--group-size <n>", "rollouts a group", whole, 8)
    .option("--problems <n>", "problems, in the proportions of the paper's broad bins", whole, 256)
    .option("--seed <n>", "seed of draws and rollouts", whole, 1)
    .option("--gain <logits>", "what a trained group of pass rate one half teaches (default: 8 / groups of the run)", positive)
    .option("--columns <n>", "columns of the plot, parts of the JSON and the CSV", whole, 60)
    .option("--csv", "print the plot's numbers as CSV, one row a part and bucket")
    .option("--json", "print JSON for scripts")
    .addHelpText(
      "after",
      "\nExamples:\n  $ gradus simulate curriculum classic\n  $ gradus simulate curriculum mopps --csv > mopps.csv\n  $ gradus simulate curriculum my-experiment.yaml --steps 40 --groups 8\n  $ gradus simulate curriculum dapo --json | jq '.[0].windows[-1].rolloutsPerStep'\n\nExit codes: 0 done; 1 it failed; 2 wrong usage or refused",
    )
    .action(
      async (
        nameOrFile: string,
        { steps, groups, groupSize, problems, seed, gain, columns, csv = false, json = false }: SimulateOptions,
      ) => {
        const pool = paperPool(problems);
        const simulated = (await readCurricula(nameOrFile)).map(({ name, spec }) => ({
          name,
          steps,
          ...simulate({ spec, steps, groupsPerStep: groups, groupSize, seed, problems: pool, windows: columns, model: { gain } }),
        }));
        if (json) return printJson(simulated);
        if (csv) return void process.stdout.write(simulationCsv(simulated));
        process.stdout.write(`${simulated.map((one) => simulationText(one.name, steps, one)).join("\n\n")}\n`);
      },
    );
}

function whole(text: string): number {
  if (!/^[1-9]\d{0,7}$/.test(text)) throw new InvalidArgumentError("expected a whole number from 1");
  return Number(text);
}

function positive(text: string): number {
  if (!(Number(text) > 0)) throw new InvalidArgumentError("expected a number over 0");
  return Number(text);
}
