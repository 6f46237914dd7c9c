// Owns: what may be done to runs that others train. Must not know: GraphQL, SQL.
import type { Database } from "@gradus/prisma/database";
import { createExternalRun, finishExternalRun } from "@gradus/prisma/metrics/external-run-store";
import type { RunRow } from "@gradus/prisma/rows";
import type { RunStatus } from "@gradus/domain/run";
import type { CreateRunInput } from "../generated/schema-types.ts";
import { Refusal } from "./refusal.ts";
import type { FieldError } from "./refusal.ts";

/** Stores the run where it is new and begins the session's segment. @throws Refusal */
export async function createRun(
  { prisma, sql }: Database,
  { project, experiment, name, arm, seed, config, tags, key, session, parentRunId }: CreateRunInput,
): Promise<{ readonly id: string; readonly segment: number }> {
  const projectId = project ?? "default";
  const wrong: FieldError[] = [
    ...textErrors("experiment", experiment),
    ...textErrors("arm", arm ?? "external"),
    ...(name == null ? [] : textErrors("name", name)),
    ...objectErrors("config", config ?? {}),
    ...objectErrors("tags", tags ?? {}),
    ...Object.entries(isObject(tags) ? tags : {}).flatMap(([tag, value]) =>
      typeof value === "string" ? [] : [{ path: `tags.${tag}`, value, expected: "a text" }],
    ),
  ];
  if ((await prisma.project.findUnique({ where: { id: projectId }, select: { id: true } })) === null)
    wrong.push({ path: "project", value: projectId, expected: "the id of a project that exists" });
  if (parentRunId != null && (await prisma.run.findUnique({ where: { id: parentRunId }, select: { id: true } })) === null)
    wrong.push({ path: "parentRunId", value: parentRunId, expected: "the id of a run that exists" });
  if (wrong.length > 0) throw new Refusal(wrong.map(({ path, expected }) => `${path}: ${expected}`).join("; "), wrong);
  return createExternalRun(sql, {
    projectId,
    experiment,
    arm: arm ?? "external",
    seed: seed ?? 0,
    name: name ?? null,
    config: (config ?? {}) as object,
    tags: (tags ?? {}) as object,
    key: key ?? crypto.randomUUID(),
    session: session ?? crypto.randomUUID(),
    parentRunId: parentRunId ?? null,
  });
}

/** @throws Refusal for a run that is unknown, ours, or given no end */
export async function finishRun(
  { sql }: Database,
  run: RunRow | null,
  runId: string,
  status: RunStatus,
  cause: string | null,
): Promise<void> {
  requireExternal(run, runId);
  if (status !== "COMPLETED" && status !== "FAILED" && status !== "CANCELLED")
    throw new Refusal("status: COMPLETED, FAILED or CANCELLED", [
      { path: "status", value: status, expected: "COMPLETED, FAILED or CANCELLED" },
    ]);
  await finishExternalRun(sql, runId, status, cause);
}

/** @throws Refusal: points of runs that Gradus trains come from their workers alone */
export function requireExternal(run: RunRow | null, runId: string): void {
  if (run === null)
    throw new Refusal(`there is no run ${runId}`, [{ path: "runId", value: runId, expected: "the id of a run that exists" }]);
  if (!run.isExternal) throw new Refusal(`run ${runId} is trained by Gradus: only its workers write to it`);
}

/** @throws Refusal: no workflow here trains what others do, so none can be started or ended for it */
export async function refuseExternal({ prisma }: Database, experimentId: string): Promise<void> {
  if ((await prisma.run.findFirst({ where: { experimentId, isExternal: true }, select: { id: true } })) === null) return;
  throw new Refusal(`the runs of experiment ${experimentId} are trained elsewhere: who trains them starts them, and finishRun ends each`);
}

/** @throws Refusal for a segment that the run has not begun */
export function requireSegment(run: RunRow | null, segment: number): void {
  if (run !== null && (segment < 1 || segment > run.segments))
    throw new Refusal("segment: one that createRun gave", [{ path: "segment", value: segment, expected: `1 to ${run.segments}` }]);
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null && !Array.isArray(value);
const objectErrors = (path: string, value: unknown): FieldError[] => (isObject(value) ? [] : [{ path, value, expected: "an object" }]);
const textErrors = (path: string, value: string): FieldError[] =>
  value.trim() !== "" && value.length <= 250 && value.isWellFormed() && !value.includes("\0")
    ? []
    : [{ path, value: value.slice(0, 250), expected: "1 to 250 characters" }];
