// Owns: the words and flags of `gradus pretrain`. Must not know: how weights are trained or kept.
import { type Command, InvalidArgumentError } from "commander";
import { gradusCache } from "../up/gradus-folders.ts";
import { openScreen } from "../view/live-screen.ts";
import { duration } from "../view/progress-lines.ts";
import { exitCodes, printJson } from "./verb.ts";

interface PretrainOptions {
  readonly out: string;
  readonly steps?: number;
  readonly fresh?: boolean;
  readonly json?: boolean;
}

export function registerPretrain(program: Command): void {
  program
    .command("pretrain")
    .description("make a supervised warm start for the embedded policy on this machine; experiments name its file as policy.warmStart")
    .requiredOption("-o, --out <file>", "where the weights go, safetensors")
    .option("--steps <number>", "updates (default: the recipe's; fewer give a weaker policy)", positive)
    .option("--fresh", "train even where the cache has the same recipe's weights")
    .option("--json", "print JSON for scripts")
    .addHelpText(
      "after",
      "\nExamples:\n  $ gradus pretrain --out warm-start.safetensors\n  $ gradus pretrain --out weak.safetensors --steps 300 --json | jq -r .hash\n\nExit codes: 0 done; 1 it failed; 2 wrong usage or refused",
    )
    .action(pretrain);
}

/** Off a terminal progress is a line each so many updates. */
const LINE_EVERY = 100;

async function pretrain({ out, steps, fresh = false, json = false }: PretrainOptions): Promise<void> {
  // Loaded here, so that the other verbs do not wait for the engine.
  const { writeWarmStart } = await import("../experiment/warm-start.ts");
  const screen = openScreen(process.stderr);
  const begun = performance.now();
  const made = await writeWarmStart({
    out,
    cacheFolder: gradusCache(),
    fresh,
    ...(steps !== undefined && { steps }),
    onProgress: ({ step, steps: all, loss }) => {
      const left = ((performance.now() - begun) / 1000 / step) * (all - step);
      const line = `update ${step}/${all}  loss ${loss.toFixed(3)}  ${duration(left)} left`;
      if (screen.redraws) screen.show([line]);
      else if (step % LINE_EVERY === 0 || step === all) screen.say(line);
    },
  });
  screen.leave();
  if (json) printJson(made);
  else process.stdout.write(`${made.file}: sha256:${made.hash}${made.cached ? ", from the cache" : ""}\n`);
  process.exitCode = exitCodes.ok;
}

function positive(text: string): number {
  const steps = Number(text);
  if (!Number.isInteger(steps) || steps < 1) throw new InvalidArgumentError("expected a whole number from 1");
  return steps;
}
