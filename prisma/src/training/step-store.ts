// Owns: a step's draw and its crediting in the database, and the moment a step is complete. Must not know: samplers, rewards, engines.
import type {
  Bucket,
  EnvironmentName,
  ExecutionResult,
  MeasuredPassRate,
  PolicyRef,
  PosedGroup,
  ProblemContent,
  Scope,
  StepSummary,
  UpdateReport,
} from "@gradus/domain";
import { MissingRow, stepPoints, stepScope } from "@gradus/domain";
import type { Sql, Transaction } from "../database.ts";
import { saveProblems } from "./problem-set-store.ts";
import type { ProblemToStore } from "./problem-set-store.ts";
import { saveGroups } from "./rollout-store.ts";
import { inRun, recordPoints } from "./run-transaction.ts";
import type { Emit } from "./run-transaction.ts";

/** The policy as it was after `step` (the newest version made at or before it). @throws MissingRow */
export async function readPolicyAfter(sql: Sql, runId: string, step: number): Promise<PolicyRef> {
  const [row] = await sql<PolicyRef[]>`
    select version, "checkpointHash" as hash from "PolicyVersion" where "runId" = ${runId} and step <= ${step} order by version desc limit 1`;
  if (row === undefined) throw new MissingRow(`run ${runId} has no policy version at step ${step}`);
  return row;
}

/** The curriculum's state after the observations of `step`; null before the first. */
export async function readCurriculumState(sql: Sql, runId: string, step: number): Promise<unknown> {
  const [row] = await sql<{ state: unknown }[]>`
    select state from "CurriculumState" where "runId" = ${runId} and step <= ${step} order by step desc limit 1`;
  return row?.state ?? null;
}

/** What was drawn for a step already, if it was. */
export async function readDraw(
  sql: Sql,
  runId: string,
  step: number,
): Promise<{ readonly groups: number; readonly policyVersion: number } | null> {
  const [row] = await sql<{ policyVersion: number; groups: number }[]>`
    select s."policyVersion", (select count(*)::int from "Group" g where g."runId" = s."runId" and g.step = s.step and g."scopeKind" = 'STEP') as groups
    from "Step" s where s."runId" = ${runId} and s.step = ${step}`;
  return row ?? null;
}

/** Problems that a step brings into being: what the policy is asked to write, and what it wrote. */
export interface NewProblems {
  readonly projectId: string;
  readonly problems: readonly ProblemToStore[];
}

/** Makes a draw durable, with the problems it brings into being; the first draw of a step stays. */
export async function saveDraw(
  sql: Sql,
  scope: Scope & { readonly runId: string; readonly step: number },
  policyVersion: number,
  size: number,
  groups: readonly PosedGroup[],
  made?: NewProblems,
): Promise<void> {
  await inRun(sql, scope.runId, null, async (tx) => {
    const inserted =
      await tx`insert into "Step" ("runId", step, "policyVersion") values (${scope.runId}, ${scope.step}, ${policyVersion}) on conflict do nothing`;
    if (inserted.count === 0) return;
    if (made !== undefined) await saveProblems(tx, made.projectId, made.problems);
    await saveGroups(tx, scope, size, groups);
  });
}

/**
 * Makes round `round` (from 2) of a step durable: groups that grow to a size, and groups that are added. A round that was planned before stays
 * as it was, and so do the problems it brought into being.
 */
export async function saveRound(
  sql: Sql,
  scope: Scope & { readonly runId: string; readonly step: number },
  round: number,
  size: number,
  { grow, add }: { readonly grow: readonly { readonly ordinal: number; readonly size: number }[]; readonly add: readonly PosedGroup[] },
  made?: NewProblems,
): Promise<void> {
  await inRun(sql, scope.runId, null, async (tx) => {
    const planned =
      await tx`update "Step" set rounds = ${round} where "runId" = ${scope.runId} and step = ${scope.step} and rounds = ${round - 1}`;
    if (planned.count === 0) return;
    await tx`update "Group" set size = r.size from jsonb_to_recordset(${tx.json(grow as never)}) as r(ordinal int, size int)
      where "Group".scope = ${scope.id} and "Group".ordinal = r.ordinal`;
    if (made !== undefined) await saveProblems(tx, made.projectId, made.problems);
    await saveGroups(tx, scope, size, add);
  });
}

/** Rounds that a step has planned, and whether every rollout of them is executed. @throws MissingRow when the step was never drawn */
export async function readRounds(sql: Sql, scope: Scope): Promise<{ readonly rounds: number; readonly executed: boolean }> {
  const [row] = await sql<{ rounds: number; executed: boolean }[]>`
    select s.rounds, not exists (select 1 from "Group" g where g.scope = ${scope.id}
      and g.size > (select count(*) from "Rollout" r where r."groupId" = g.id and r.verdict is not null)) as executed
    from "Step" s where s."runId" = ${scope.runId ?? null} and s.step = ${scope.step ?? null}`;
  if (row === undefined) throw new MissingRow(`scope ${scope.id} was not drawn`);
  return row;
}

export interface TrainableProblem {
  readonly id: string;
  readonly environment: EnvironmentName;
  readonly bucket: Bucket | null;
  readonly passRate: MeasuredPassRate | null;
  readonly content: ProblemContent;
  readonly chain?: string;
  readonly rung?: number;
  readonly contentHash: string;
  /** Its first operation; absent where nobody named one. */
  readonly category?: string;
  /** Of the run's own policy. */
  readonly written?: true;
}

/** The problems of one split of a set, in the set's order: those published in the window, of which `limit` takes the first so many. */
export async function readProblems(
  sql: Sql,
  problemSetId: string,
  split: "TRAIN" | "HELD_OUT",
  limit: number | null = null,
  { from = null, to = null }: { readonly from?: string | null | undefined; readonly to?: string | null | undefined } = {},
): Promise<TrainableProblem[]> {
  const rows = await sql<
    (Omit<TrainableProblem, "passRate" | "chain" | "rung" | "category"> & {
      passes: number | null;
      attempts: number | null;
      chain: string | null;
      rung: number | null;
      category: string | null;
    })[]
  >`
    select p.id, p.environment, m.bucket, p.content, p."contentHash", m.passes, m.attempts, p.chain, p.rung, p.operations[1] as category from "ProblemSetMember" m join "Problem" p on p.id = m."problemId"
    where m."problemSetId" = ${problemSetId} and m.split = ${split}
      and (${from}::text is null or p.origin->>'date' >= ${from}) and (${to}::text is null or p.origin->>'date' <= ${to}) order by m.ordinal limit ${limit}`;
  return rows.map(({ passes, attempts, chain, rung, category, ...row }) => ({
    ...row,
    ...(chain === null ? {} : { chain }),
    ...(rung === null ? {} : { rung }),
    ...(category === null ? {} : { category }),
    passRate: passes === null || attempts === null ? null : { passes, attempts },
  }));
}

/** Problems that a policy wrote, by id: of no set, and measured by nobody before the run. */
export async function readWrittenProblems(sql: Sql, ids: readonly string[]): Promise<TrainableProblem[]> {
  if (ids.length === 0) return [];
  const rows = await sql<Pick<TrainableProblem, "id" | "environment" | "content" | "contentHash">[]>`
    select id, environment, content, "contentHash" from "Problem" where id = any(${[...ids]})`;
  return rows.map((row) => ({ ...row, bucket: null, passRate: null, written: true }));
}

/** Those of the ids that an experiment evaluates on: held out of its own set, or in one of `suites` (ids of sets). */
export async function readHeldOut(
  sql: Sql,
  experimentId: string,
  suites: readonly string[],
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const rows = await sql<{ problemId: string }[]>`
    select distinct m."problemId" from "Experiment" e join "ProblemSetMember" m
      on (m."problemSetId" = e."problemSetId" and m.split = 'HELD_OUT') or m."problemSetId" = any(${[...suites]}::text[])
    where e.id = ${experimentId} and m."problemId" = any(${[...ids]}::text[])`;
  return new Set(rows.map(({ problemId }) => problemId));
}

export interface RolloutToCredit {
  readonly id: string;
  readonly index: number;
  readonly execution: ExecutionResult;
  readonly completionTokens: number;
  readonly finishReason: string;
}

export interface GroupToCredit {
  readonly id: string;
  readonly ordinal: number;
  readonly problemId: string;
  readonly environment: EnvironmentName;
  readonly bucket: Bucket | null;
  /** As its publisher says it. */
  readonly difficulty: string | null;
  readonly rollouts: readonly RolloutToCredit[];
}

/** The groups of a scope with their executed rollouts, in draw order. @throws MissingRow when a rollout has no verdict yet */
export async function readExecuted(sql: Sql, scope: Scope): Promise<GroupToCredit[]> {
  const rows = await sql<
    (Omit<GroupToCredit, "rollouts"> & Omit<RolloutToCredit, "id"> & { rolloutId: string; execution: ExecutionResult | null })[]
  >`
    select g.id, g.ordinal, g."problemId", g.bucket, p.environment, p.origin->>'difficulty' as difficulty, r.id as "rolloutId", r.index, r.execution,
      cardinality(r."completionTokens") as "completionTokens", r."finishReason"
    from "Group" g join "Problem" p on p.id = g."problemId" join "Rollout" r on r."groupId" = g.id where g.scope = ${scope.id} order by g.ordinal, r.index`;
  const groups = new Map<string, Omit<GroupToCredit, "rollouts"> & { rollouts: RolloutToCredit[] }>();
  for (const { rolloutId: id, index, execution, completionTokens, finishReason, ...group } of rows) {
    if (execution === null) throw new MissingRow(`rollout ${id} has no verdict: it was not executed`);
    const known = groups.get(group.id) ?? { ...group, rollouts: [] };
    groups.set(group.id, known);
    known.rollouts.push({ id, index, execution, completionTokens, finishReason });
  }
  return [...groups.values()];
}

export interface StepCredit {
  readonly summary: StepSummary;
  readonly curriculumState: unknown;
  readonly groups: readonly {
    readonly id: string;
    readonly admitted: boolean;
    readonly refusedBy: string | null;
    readonly meanReward: number | null;
  }[];
  readonly rollouts: readonly { readonly id: string; readonly reward: number | null; readonly advantage: number | null }[];
}

/** Makes rewards, advantages, admissions and the curriculum's new state durable at once. A step that admits no group is complete with it. */
export async function saveCredit(sql: Sql, runId: string, experimentId: string, step: number, credit: StepCredit): Promise<void> {
  const scope = stepScope(experimentId, runId, step);
  await inRun(sql, runId, null, async (tx, emit) => {
    await tx`insert into "CurriculumState" ("runId", step, state) values (${runId}, ${step}, ${tx.json(credit.curriculumState as never)}) on conflict do nothing`;
    await tx`update "Group" set admitted = r.admitted, "refusedBy" = r."refusedBy", "meanReward" = r."meanReward"
      from jsonb_to_recordset(${tx.json(credit.groups as never)}) as r(id text, admitted boolean, "refusedBy" text, "meanReward" float8) where "Group".id = r.id`;
    await tx`update "Rollout" set reward = r.reward, advantage = r.advantage
      from jsonb_to_recordset(${tx.json(credit.rollouts as never)}) as r(id text, reward float8, advantage float8)
      where "Rollout".id = r.id and "Rollout"."groupId" like ${`${scope.id}/%`}`;
    await tx`update "Step" set summary = ${tx.json(credit.summary)} where "runId" = ${runId} and step = ${step}`;
    if (credit.summary.admitted === 0) await completeStep(tx, emit, runId, step, null);
  });
}

/** Marks the step complete and records its points; a step that was complete stays as it was. */
export async function completeStep(tx: Transaction, emit: Emit, runId: string, step: number, update: UpdateReport | null): Promise<void> {
  const [completed] = await tx<{ summary: StepSummary; seconds: number }[]>`
    update "Step" set "completedAt" = clock_timestamp() where "runId" = ${runId} and step = ${step} and "completedAt" is null
    returning summary, extract(epoch from clock_timestamp() - "startedAt")::float8 as seconds`;
  if (completed === undefined) return;
  const [run] = await tx<{ policyVersion: number }[]>`
    update "Run" set "stepsDone" = ${step}, "policyVersion" = (select max(version) from "PolicyVersion" where "runId" = ${runId}) where id = ${runId} returning "policyVersion"`;
  emit({ type: "STEP_COMPLETED", step, policyVersion: run?.policyVersion ?? 0, summary: completed.summary, update });
  await recordPoints(tx, emit, runId, stepPoints(step, completed.summary, update, completed.seconds), `step/${step}`);
}
