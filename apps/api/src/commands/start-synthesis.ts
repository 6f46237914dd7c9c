// Owns: storing and starting a synthesis from its file's text, and ending one. Must not know: GraphQL.
import { sha256Hex } from "@gradus/domain";
import type { SynthesisSpec } from "@gradus/domain";
import type { Database } from "@gradus/prisma/database";
import type { SynthesisRow } from "@gradus/prisma/rows";
import { createSynthesis, setSynthesisStatus } from "@gradus/prisma/synthesis/synthesis-store";
import { readProvenance } from "../provenance.ts";
import { WorkflowNotRunning } from "../run-control.ts";
import type { RunControl } from "../run-control.ts";
import { Refusal } from "./refusal.ts";
import type { FieldError } from "./refusal.ts";
import { resolveSynthesis } from "./resolve-synthesis.ts";
import { unservedEngine } from "./unserved-engine.ts";

/** The same key in the same project names the same one. @returns its id @throws Refusal */
export async function startSynthesis(
  db: Database,
  control: RunControl,
  { source, key }: { readonly source: string; readonly key?: string | null | undefined },
): Promise<string> {
  const specification = await checkSynthesis(db, source);
  const suffix = key ? sha256Hex(`${specification.project}\nsynthesis\n${key}`).slice(0, 8) : crypto.randomUUID().slice(0, 8);
  const id = `${specification.name}-${suffix}`;
  await createSynthesis(db.sql, { id, specification, provenance: readProvenance() });
  const stored = await db.prisma.synthesis.findUniqueOrThrow({ where: { id }, select: { status: true } });
  if (stored.status === "QUEUED" || stored.status === "RUNNING") await control.startSynthesis(id);
  return id;
}

/** Reads the file, and looks whether what it names is there. @throws Refusal */
export async function checkSynthesis(db: Database, source: string): Promise<SynthesisSpec> {
  const specification = resolveSynthesis(source);
  const missing = await missingReferences(db, specification);
  if (missing.length > 0) throw new Refusal(missing.map(({ path, expected }) => `${path}: ${expected}`).join("; "), missing);
  return specification;
}

async function missingReferences(db: Database, { project, seeds: { from }, filters, student }: SynthesisSpec): Promise<FieldError[]> {
  const { prisma } = db;
  const sets = [
    ...(from.kind === "solutions" ? [{ path: "seeds.from.set", value: from.set }] : []),
    ...filters.against.map((value, at) => ({ path: `filters.against[${at}]`, value })),
  ];
  const [owner, run, known, unserved] = await Promise.all([
    prisma.project.findUnique({ where: { id: project }, select: { id: true } }),
    "run" in from ? prisma.run.findUnique({ where: { id: from.run }, select: { id: true } }) : null,
    prisma.problemSet.findMany({ where: { id: { in: sets.map(({ value }) => value) } }, select: { id: true } }),
    student.kind === "policy" ? unservedEngine(db, student, "student") : [],
  ]);
  const found = new Set(known.map(({ id }) => id));
  return [
    ...(owner === null ? [{ path: "project", value: project, expected: "the id of a project that exists" }] : []),
    ...("run" in from && run === null ? [{ path: "seeds.from.run", value: from.run, expected: "the id of a run that exists" }] : []),
    ...sets.filter(({ value }) => !found.has(value)).map((one) => Object.assign({ expected: "the id of a problem set that exists" }, one)),
    ...unserved,
  ];
}

/** @throws Refusal for one that is unknown or over */
export async function cancelSynthesis(db: Database, control: RunControl, synthesis: SynthesisRow | null, id: string): Promise<void> {
  if (synthesis === null)
    throw new Refusal(`there is no synthesis ${id}`, [{ path: "id", value: id, expected: "the id of a synthesis that exists" }]);
  if (synthesis.finishedAt !== null) throw new Refusal(`synthesis ${id} has ended: ${synthesis.status}`);
  try {
    await control.cancelSynthesis(id);
  } catch (error) {
    // Tolerates one that was never started: there is nothing to end but its row.
    if (!(error instanceof WorkflowNotRunning)) throw error;
    await setSynthesisStatus(db.sql, id, "CANCELLED", "the synthesis was cancelled");
  }
}
