// Owns: what an arm whose policy writes problems may not ask for beside that, told before anything runs. Must not know: how a step of it goes.
import type { RunSpec } from "@gradus/domain";
import type { FieldError } from "./refusal.ts";

/** A step of self-play has two rounds of its own, and groups for both. */
export function besideProposals({ curriculum, training }: Pick<RunSpec, "curriculum" | "training">, arm: string): FieldError[] {
  if (curriculum.proposals === undefined) return [];
  return [
    ...(["refill", "screening"] as const)
      .filter((hook) => curriculum[hook] !== undefined)
      .map((hook) => ({
        path: `${arm}.curriculum.${hook}`,
        value: curriculum[hook],
        expected:
          "nothing beside curriculum.proposals, whose steps have their two rounds already (an algorithm may bring it: training.algorithm)",
      })),
    ...(training.groupsPerStep >= 2
      ? []
      : [
          {
            path: `${arm}.training.groupsPerStep`,
            value: training.groupsPerStep,
            expected: "at least 2 where curriculum.proposals is set: one group writes, one solves",
          },
        ]),
  ];
}
