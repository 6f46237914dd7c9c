// Owns: storing an experiment from its file's text. Must not know: GraphQL.
import { sha256Hex } from "@gradus/domain";
import type { Database } from "@gradus/prisma/database";
import { createExperiment as storeExperiment } from "@gradus/prisma/experiment-store";
import { readProvenance } from "../provenance.ts";
import { Refusal } from "./refusal.ts";
import type { FieldError } from "./refusal.ts";
import { resolveExperiment } from "./resolve-experiment.ts";
import { freezeSelections, selectForArms } from "./select-for-arms.ts";
import { unservedEngine } from "./unserved-engine.ts";

/** Stores the experiment; the same key in the same project names the same one. Returns its id. @throws Refusal */
export async function createExperiment(
  db: Database,
  { source, key }: { readonly source: string; readonly key?: string | null | undefined },
): Promise<string> {
  const { specification, arms } = resolveExperiment(source);
  const missing = [...(await missingReferences(db, specification)), ...(await unservedEngine(db, specification.policy))];
  if (missing.length > 0) throw new Refusal(missing.map(({ path, expected }) => `${path}: ${expected}`).join("; "), missing);
  const selections = await selectForArms(db, specification, arms);
  const suffix = key ? sha256Hex(`${specification.project}\n${key}`).slice(0, 8) : crypto.randomUUID().slice(0, 8);
  const id = `${specification.name}-${suffix}`;
  const frozen = await freezeSelections(db, specification, arms, selections);
  await storeExperiment(db, { id, specification, arms: frozen, provenance: readProvenance() });
  return id;
}

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
