// Owns: a curriculum by name or text, simulated in a thread of its own: seconds of mathematics must not hold up the live streams.
// Must not know: how curricula work, GraphQL.
import { Worker } from "node:worker_threads";
import { resolveCurriculum } from "@gradus/domain";
import { CurriculumSpec } from "@gradus/domain/curriculum/curriculum-spec";
import type { Simulation } from "@gradus/domain/curriculum/simulation";
import { fieldErrors, Refusal } from "./refusal.ts";
import { readYaml } from "./resolve-experiment.ts";

export interface SimulateCurriculum {
  /** A preset's name, or YAML or JSON of a curriculum. */
  readonly source: string;
  readonly steps: number;
  readonly groupsPerStep: number;
  readonly groupSize: number;
  readonly problems: number;
  readonly seed: number;
  readonly windows: number;
}

/** Groups drawn in all: the slowest preset takes some seconds for as many. */
const MOST_DRAWS = 16_000;
const MOST_MS = 30_000;
const LIMITS = { steps: 16_000, groupsPerStep: 512, groupSize: 64, problems: 2_000, windows: 200 } as const;

/** @throws Refusal for what is no curriculum, for sizes out of bounds and for a curriculum that cannot draw from the problems */
export async function simulateCurriculum(wanted: SimulateCurriculum): Promise<{ spec: CurriculumSpec; simulation: Simulation }> {
  const wrong = Object.entries(LIMITS).filter(([name, most]) => {
    const value = wanted[name as keyof typeof LIMITS];
    return value < 1 || value > most;
  });
  if (wrong.length > 0)
    throw new Refusal(
      "a size is out of bounds",
      wrong.map(([path, most]) => ({ path, value: wanted[path as keyof typeof LIMITS], expected: `1 to ${most}` })),
    );
  if (wanted.steps * wanted.groupsPerStep > MOST_DRAWS)
    throw new Refusal(`steps x groups a step: at most ${MOST_DRAWS} here; gradus simulate curriculum on the command line has no bound`);
  const spec = specOf(wanted.source);
  return { spec, simulation: await inThread({ ...wanted, spec }) };
}

function specOf(source: string): CurriculumSpec {
  const written = readYaml(source);
  if (typeof written === "string") return named(written);
  const parsed = CurriculumSpec.safeParse(written);
  if (!parsed.success) throw new Refusal("this is no curriculum", fieldErrors(parsed.error.issues, written));
  return parsed.data;
}

function named(name: string): CurriculumSpec {
  try {
    return resolveCurriculum(name);
  } catch (error) {
    // Tolerates a name that is none: it is reported with the names there are.
    if (!(error instanceof RangeError)) throw error;
    throw new Refusal(error.message, [{ path: "", value: name, expected: "the name of a preset or a sampler" }]);
  }
}

const inThread = (input: SimulateCurriculum & { readonly spec: CurriculumSpec }): Promise<Simulation> =>
  new Promise((resolve, reject) => {
    const thread = new Worker(new URL("./simulate-thread.ts", import.meta.url), { workerData: input });
    const end = setTimeout(() => {
      reject(new Refusal(`not done after ${MOST_MS / 1_000} seconds: take fewer steps`));
      void thread.terminate();
    }, MOST_MS);
    thread.once("message", (message: { readonly simulation?: Simulation; readonly refused?: string }) => {
      clearTimeout(end);
      if (message.simulation) resolve(message.simulation);
      else reject(new Refusal(message.refused ?? "it cannot be simulated"));
    });
    thread.once("error", (error) => {
      clearTimeout(end);
      reject(error);
    });
  });
