// Owns: asking for a supervised warm start, once for each version of Gradus and number of updates. Must not know: GraphQL, how it is made.
import { contentHash } from "@gradus/domain";
import { readProvenance } from "../provenance.ts";
import type { RunControl } from "../run-control.ts";
import { Refusal } from "./refusal.ts";

const MOST_STEPS = 100_000;

/** Begins it, or finds the same one. @returns its id @throws Refusal for a number of updates that cannot be */
export async function pretrain(control: RunControl, steps: number | null): Promise<string> {
  if (steps !== null && (steps < 1 || steps > MOST_STEPS))
    throw new Refusal("not so many updates", [{ path: "input.steps", value: steps, expected: `a whole number from 1 to ${MOST_STEPS}` }]);
  const id = pretrainingId(steps);
  await control.startPretraining(id, steps);
  return id;
}

/** Code and recipe decide the weights: the commit and the lock file stand for the code. */
function pretrainingId(steps: number | null): string {
  const { gradusVersion, commit, lockFileHash } = readProvenance();
  return contentHash({ gradusVersion, commit, lockFileHash, steps }).slice(0, 32);
}
