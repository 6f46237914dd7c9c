// Owns: storing an experiment from its file's text. Must not know: GraphQL.
import { contentHash, sha256Hex } from "@gradus/domain";
import type { ExperimentSpec } from "@gradus/domain";
import type { Database } from "@gradus/prisma/database";
import { createExperiment as storeExperiment } from "@gradus/prisma/experiment-store";
import { countHeldOut } from "@gradus/prisma/problem-selection-store";
import { readProvenance } from "../provenance.ts";
import { Refusal } from "./refusal.ts";
import type { FieldError } from "./refusal.ts";
import { resolveExperiment } from "./resolve-experiment.ts";
import type { ResolvedArm } from "./resolve-experiment.ts";
import { freezeSelections, selectForArms } from "./select-for-arms.ts";
import { unservedEngine } from "./unserved-engine.ts";

/** Stores the experiment; the same key in the same project names the same one. Returns its id. @throws Refusal */
export async function createExperiment(
  db: Database,
  { source, key }: { readonly source: string; readonly key?: string | null | undefined },
): Promise<string> {
  const { specification, arms } = resolveExperiment(source);
  const missing = [
    ...(await missingReferences(db, specification)),
    ...(await missingSuites(db, specification, arms)),
    ...(await unservedEngine(db, specification.policy)),
  ];
  if (missing.length > 0) throw new Refusal(missing.map(({ path, expected }) => `${path}: ${expected}`).join("; "), missing);
  const selections = await selectForArms(db, specification, arms);
  const suffix = key ? sha256Hex(`${specification.project}\n${key}`).slice(0, 8) : crypto.randomUUID().slice(0, 8);
  const id = `${specification.name}-${suffix}`;
  const frozen = await freezeSelections(db, specification, arms, selections);
  await storeExperiment(db, { id, specification, arms: frozen, provenance: readProvenance() });
  return id;
}

/** Every suite must have a problem to ask, whatever its set and window. */
async function missingSuites({ sql }: Database, { problems }: ExperimentSpec, arms: readonly ResolvedArm[]): Promise<FieldError[]> {
  const suites = new Map(
    arms.flatMap(({ configuration }) => configuration.evaluation.suites ?? []).map((suite) => [contentHash(suite), suite]),
  );
  const fields = await Promise.all(
    [...suites.values()].map(async ({ name, set = problems.set, from, to }): Promise<FieldError[]> => {
      // The teacher's own problems are written when it starts; none of them has a day.
      if (set === undefined)
        return from === undefined && to === undefined ? [] : [none(name, { from, to }, "problems that were published on a day")];
      const there = await countHeldOut(sql, set, { from, to });
      if (there === null) return [none(name, set, "the id of a problem set that exists")];
      return there > 0 ? [] : [none(name, { set, from, to }, "a set with held-out problems that were published in the window")];
    }),
  );
  return fields.flat();
}

const none = (name: string, value: unknown, expected: string): FieldError => ({ path: `evaluation.suites.${name}`, value, expected });

async function missingReferences(
  { prisma }: Database,
  { project, problems }: { readonly project: string; readonly problems: { readonly set?: string | undefined } },
): Promise<FieldError[]> {
  const [known, set] = await Promise.all([
    prisma.project.findUnique({ where: { id: project }, select: { id: true } }),
    problems.set === undefined ? null : prisma.problemSet.findUnique({ where: { id: problems.set }, select: { id: true } }),
  ]);
  return [
    ...(known === null ? [{ path: "project", value: project, expected: "the id of a project that exists" }] : []),
    ...(problems.set !== undefined && set === null
      ? [{ path: "problems.set", value: problems.set, expected: "the id of a problem set that exists" }]
      : []),
  ];
}
