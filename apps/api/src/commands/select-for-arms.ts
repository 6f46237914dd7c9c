// Owns: the problems that an experiment's arms select, and freezing them. Must not know: how a selection selects, GraphQL.
import { bandOf, selectProblems } from "@gradus/domain";
import type { ExperimentSpec } from "@gradus/domain";
import type { Database } from "@gradus/prisma/database";
import { freezeSelection, readSelectable } from "@gradus/prisma/problem-selection-store";
import { Refusal } from "./refusal.ts";
import type { ResolvedArm } from "./resolve-experiment.ts";

export interface ArmSelection {
  readonly arm: string;
  readonly problems: number;
  readonly of: number;
  readonly hash: string;
  readonly buckets: { readonly name: string; readonly problems: number }[];
  readonly environments: { readonly name: string; readonly problems: number }[];
  readonly note: string | null;
  readonly ids: readonly string[];
}

/** One for each arm that selects. @throws Refusal for a set that is not measured, and a selection that it cannot give */
export async function selectForArms(
  db: Database,
  { problems: { set } }: ExperimentSpec,
  arms: readonly ResolvedArm[],
): Promise<ArmSelection[]> {
  if (set === undefined || arms.every(({ select }) => select === undefined)) return [];
  const there = await readSelectable(db, set);
  const measured = there.flatMap(({ passRate, ...problem }) => (passRate === null ? [] : [{ ...problem, passRate }]));
  if (measured.length < there.length || there.length === 0)
    throw new Refusal(`problems.set: of ${there.length} training problems ${there.length - measured.length} are not measured`, [
      { path: "problems.set", value: set, expected: "a set whose training problems all have a pass rate, since it is selected from" },
    ]);
  return arms.flatMap(({ name, select, configuration }, index) => {
    if (select === undefined) return [];
    try {
      const { problems, hash, note } = selectProblems(select, measured);
      return {
        arm: name,
        problems: problems.length,
        of: there.length,
        hash,
        buckets: countsBy(problems, (problem) => bandOf(configuration.curriculum, problem) ?? "none"),
        environments: countsBy(problems, ({ environment }) => environment),
        note,
        ids: problems.map(({ id }) => id),
      };
    } catch (error) {
      // Tolerates a selection that the set cannot give: it is reported with what there is.
      if (!(error instanceof RangeError)) throw error;
      throw new Refusal(`arms[${index}].problems.select: ${error.message}`, [
        { path: `arms[${index}].problems.select`, value: select, expected: error.message },
      ]);
    }
  });
}

/** The arms with the id of the set that each trains on; equal selections of one project are one set. */
export async function freezeSelections(
  db: Database,
  { project, problems: { set } }: ExperimentSpec,
  arms: readonly ResolvedArm[],
  selections: readonly ArmSelection[],
): Promise<ResolvedArm[]> {
  const frozen: ResolvedArm[] = [];
  for (const arm of arms) {
    const selection = selections.find((one) => one.arm === arm.name);
    const trainingSet =
      selection && (await freezeSelection(db, { projectId: project, from: set!, kind: arm.select!.kind, problemIds: selection.ids }));
    frozen.push(trainingSet === undefined ? arm : { ...arm, configuration: { ...arm.configuration, trainingSet } });
  }
  return frozen;
}

const countsBy = <P>(problems: readonly P[], nameOf: (problem: P) => string): { name: string; problems: number }[] =>
  [...Map.groupBy(problems, nameOf)]
    .map(([name, members]) => ({ name, problems: members.length }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
