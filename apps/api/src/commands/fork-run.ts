// Owns: making a run that goes on from a step of another. Must not know: GraphQL.
import { readStoredRun, RunSpec } from "@gradus/domain";
import type { Database } from "@gradus/prisma/database";
import { createFork } from "@gradus/prisma/experiment-store";
import type { RunRow } from "@gradus/prisma/rows";
import { readProvenance } from "../provenance.ts";
import type { RunControl } from "../run-control.ts";
import { fieldErrors, Refusal } from "./refusal.ts";
import { merge } from "./merge.ts";

export interface ForkInput {
  readonly fromStep: number;
  readonly overrides?: unknown;
  readonly arm?: string | null | undefined;
}

const OVERRIDABLE = ["training", "evaluation", "execution"];

/** Returns the id of the new run, which is started. @throws Refusal */
export async function forkRun(db: Database, control: RunControl, run: RunRow, { fromStep, overrides, arm }: ForkInput): Promise<string> {
  if (arm != null && !/^[a-z0-9][a-z0-9-]{0,47}$/.test(arm))
    throw new Refusal("arm: no name of an arm", [
      { path: "arm", value: arm, expected: "lower-case letters, digits and dashes, at most 48" },
    ]);
  const [step, policy, from] = await Promise.all([
    db.prisma.step.findUnique({ where: { runId_step: { runId: run.id, step: fromStep } } }),
    db.prisma.policyVersion.findFirst({ where: { runId: run.id, step: { lte: Math.max(0, fromStep) } } }),
    db.prisma.arm.findUniqueOrThrow({ where: { id: run.armId } }),
  ]);
  if (policy === null || (fromStep !== 0 && (step === null || step.completedAt === null))) {
    throw new Refusal(`run ${run.id} has not completed step ${fromStep}`, [
      { path: "fromStep", value: fromStep, expected: `a step from 0 to ${run.stepsDone}` },
    ]);
  }
  const configuration = override(from.configuration, overrides, fromStep);
  const provenance = { ...readProvenance(), forkedFrom: `${run.id} step ${fromStep}` };
  const id = await createFork(db, { fromRunId: run.id, fromStep, armName: arm ?? undefined, configuration, provenance });
  if (id === null)
    throw new Refusal(`the experiment has an arm ${arm}`, [{ path: "arm", value: arm, expected: "a name that is free in the experiment" }]);
  await control.startRun(id);
  return id;
}

function override(configuration: unknown, overrides: unknown, fromStep: number): RunSpec {
  const base = readStoredRun(configuration);
  if (overrides === null || overrides === undefined) return withStepsAfter(base, fromStep);
  if (typeof overrides !== "object" || Array.isArray(overrides))
    throw new Refusal("overrides: an object is expected", [{ path: "overrides", value: overrides, expected: "an object" }]);
  const foreign = Object.entries(overrides).filter(([key]) => !OVERRIDABLE.includes(key));
  const merged = merge(base, overrides);
  const parsed = RunSpec.safeParse(merged);
  const fields = [
    ...foreign.map(([key, value]) => ({ path: `overrides.${key}`, value: value as unknown, expected: `one of ${OVERRIDABLE.join(", ")}` })),
    ...(parsed.success ? [] : fieldErrors(parsed.error.issues, { overrides: merged }, ["overrides"])),
  ];
  if (!parsed.success || fields.length > 0) throw new Refusal("the overrides are wrong", fields);
  return withStepsAfter(parsed.data, fromStep);
}

function withStepsAfter(configuration: RunSpec, fromStep: number): RunSpec {
  const { steps } = configuration.training;
  if (steps > fromStep) return configuration;
  throw new Refusal("no step would be left", [
    { path: "overrides.training.steps", value: steps, expected: `more than fromStep, ${fromStep}` },
  ]);
}
