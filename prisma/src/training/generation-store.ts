// Owns: what each stage reads before it works: the rows of its scope with the settings that govern them. Must not know: how stages work.
import { ConfigurationError, evaluationPlan, MissingRow, readStoredExperiment, SamplingSettings } from "@gradus/domain";
import type { Executing, ExperimentSpec, Generation, InitialPolicy, RunSpec, Scope, Updating } from "@gradus/domain";
import type { Sql } from "../database.ts";
import { readAdmitted, readFirstPolicy, readPolicyMadeAt } from "./policy-store.ts";
import { readSynthesis } from "../synthesis/synthesis-store.ts";
import { readMissing, readUnexecuted } from "./rollout-store.ts";
import { readRun } from "./run-store.ts";

/** An experiment's resolved specification. @throws MissingRow */
export async function readExperiment(
  sql: Sql,
  experimentId: string,
): Promise<{ readonly projectId: string; readonly spec: ExperimentSpec; readonly problemSetId: string | null }> {
  const [row] = await sql<{ projectId: string; specification: unknown; problemSetId: string | null }[]>`
    select "projectId", specification, "problemSetId" from "Experiment" where id = ${experimentId}`;
  if (row === undefined) throw new MissingRow(`experiment ${experimentId} does not exist`);
  return { projectId: row.projectId, problemSetId: row.problemSetId, spec: readStoredExperiment(row.specification) };
}

/** The settings and the seed of a scope: its run's, or the experiment's with seed 0 where no run owns it. */
export async function readSettings(
  sql: Sql,
  scope: Scope,
): Promise<{ readonly seed: number; readonly spec: Pick<RunSpec, "training" | "evaluation" | "execution" | "environment"> }> {
  if (scope.runId !== undefined) return readRun(sql, scope.runId);
  return { seed: 0, spec: (await readExperiment(sql, scope.experimentId)).spec };
}

/** Of a round of a synthesis: its own. An endpoint's rollouts are not sampled here, so its sampling is never read. */
async function readSynthesisSettings(sql: Sql, scope: Scope): Promise<Omit<Generation, "groups"> & Pick<Executing, "settings">> {
  const { spec } = await readSynthesis(sql, scope.experimentId);
  const sampling = spec.student.kind === "policy" ? spec.student.sampling : SamplingSettings.parse({});
  return { seed: spec.seeds.seed, sampling, settings: spec.execution };
}

export async function readGeneration(sql: Sql, scope: Scope): Promise<Generation> {
  if (scope.kind === "SYNTHESIS") {
    const [{ seed, sampling }, groups] = await Promise.all([readSynthesisSettings(sql, scope), readMissing(sql, scope)]);
    return { groups, seed, sampling };
  }
  const [{ seed, spec }, groups] = await Promise.all([readSettings(sql, scope), readMissing(sql, scope)]);
  const { sampling } = spec.training;
  if (scope.kind !== "EVALUATION") return { groups, seed, sampling };
  const { temperature, topP } = evaluationPlan(spec.evaluation, scope.suite);
  return { groups, seed, sampling: { ...sampling, temperature, topP } };
}

export async function readExecuting(sql: Sql, scope: Scope): Promise<Executing> {
  if (scope.kind === "SYNTHESIS")
    return { rollouts: await readUnexecuted(sql, scope), settings: (await readSynthesisSettings(sql, scope)).settings };
  const [{ spec }, rollouts] = await Promise.all([readSettings(sql, scope), readUnexecuted(sql, scope)]);
  return { rollouts, settings: spec.execution, ...(spec.environment && { environment: spec.environment }) };
}

export async function readUpdating(sql: Sql, experimentId: string, runId: string, step: number): Promise<Updating> {
  const [run, made, reference, rollouts] = await Promise.all([
    readRun(sql, runId),
    readPolicyMadeAt(sql, runId, step),
    readFirstPolicy(sql, runId),
    readAdmitted(sql, experimentId, runId, step),
  ]);
  return { made, reference, rollouts, training: run.spec.training };
}

export async function readInitialPolicy(sql: Sql, runId: string): Promise<InitialPolicy> {
  const [run, made] = await Promise.all([readRun(sql, runId), readPolicyMadeAt(sql, runId, 0)]);
  const { warmStart, model } = run.spec.policy;
  return { made, seed: run.seed, model, warmStart: warmStartHash(warmStart) };
}

/** The hash in `sha256:<hash>`. @throws ConfigurationError for anything else, a path included */
export function warmStartHash(warmStart: string | undefined): string | null {
  if (warmStart === undefined) return null;
  const hash = /^sha256:([0-9a-f]{64})$/.exec(warmStart)?.[1];
  if (hash === undefined)
    throw new ConfigurationError(
      `policy.warmStart: expected sha256:<hash> of uploaded weights, got ${warmStart}; a client uploads the file first`,
    );
  return hash;
}
