// Owns: groups and rollouts of a scope: what is missing, what was generated, what was executed. Must not know: engines, sandboxes.
import { groupId, MissingRow, ProblemContent, rolloutId } from "@gradus/domain";
import type { ExecutedRollout, GroupToGenerate, PosedGroup, RolloutBatch, RolloutToExecute, Scope } from "@gradus/domain";
import type { Sql, Transaction } from "../database.ts";
import { inRun } from "./run-transaction.ts";
import { storableText } from "./storable-text.ts";

/** Inserts the scope's groups; a scope that was drawn before stays as it was drawn. */
export async function saveGroups(tx: Sql | Transaction, scope: Scope, size: number, groups: readonly PosedGroup[]): Promise<void> {
  const rows = groups.map((group) => ({ ...group, id: groupId(scope, group.ordinal) }));
  await tx`insert into "Group" (id, scope, "scopeKind", "runId", step, ordinal, "problemId", bucket, size, prompt, prefix)
    select r.id, ${scope.id}, ${scope.kind}::"ScopeKind", ${scope.runId ?? null}, ${scope.step ?? null}, r.ordinal, r."problemId", r.bucket::"Bucket", coalesce(r.size, ${size}), r.prompt,
      coalesce(r.prefix, '')
    from jsonb_to_recordset(${tx.json(rows as never)}) as r(id text, ordinal int, "problemId" text, bucket text, prompt text, size int, prefix text)
    on conflict do nothing`;
}

/** The groups of a scope that lack rollouts, in draw order. @throws MissingRow when the scope was never drawn */
export async function readMissing(sql: Sql, scope: Scope): Promise<GroupToGenerate[]> {
  const groups = await sql<{ ordinal: number; prompt: string; size: number; present: number[] | null }[]>`
    select g.ordinal, g.prompt, g.size, array_agg(r.index) filter (where r.id is not null) as present
    from "Group" g left join "Rollout" r on r."groupId" = g.id where g.scope = ${scope.id} group by g.id order by g.ordinal`;
  if (groups.length === 0) throw new MissingRow(`scope ${scope.id} has no groups: it was not drawn`);
  return groups
    .map(({ ordinal, prompt, size, present }) => {
      const durable = new Set(present ?? []);
      return { ordinal, prompt, missing: Array.from({ length: size }, (_, index) => index).filter((index) => !durable.has(index)) };
    })
    .filter((group) => group.missing.length > 0);
}

/** Makes rollouts durable; of two generators of one id the first commit wins. @throws StaleLease */
export async function saveRollouts(sql: Sql, batch: RolloutBatch): Promise<void> {
  const { scope, policy } = batch;
  const rows = batch.rollouts.map(({ ordinal, ...rollout }) => {
    const group = groupId(scope, ordinal);
    return { ...rollout, id: rolloutId(group, rollout.index), groupId: group, completion: storableText(rollout.completion) };
  });
  const insert = async (tx: Sql | Transaction): Promise<void> => {
    await tx`insert into "Rollout" (id, "groupId", index, "policyVersion", "policyHash", completion, "promptTokens", "completionTokens", "logProbs", "finishReason", attempt)
      select r.id, r."groupId", r.index, ${policy.version}, ${policy.hash}, r.completion, r."promptTokens", r."completionTokens", r."logProbs", r."finishReason", ${batch.attempt}
      from jsonb_to_recordset(${tx.json(rows as never)})
        as r(id text, "groupId" text, index int, completion text, "promptTokens" int[], "completionTokens" int[], "logProbs" float8[], "finishReason" text)
      on conflict do nothing`;
  };
  if (scope.runId === undefined || batch.epoch === undefined) await insert(sql);
  else await inRun(sql, scope.runId, batch.epoch, insert);
}

/** The rollouts of a scope without a verdict, in id order of their draw. */
export async function readUnexecuted(sql: Sql, scope: Scope): Promise<RolloutToExecute[]> {
  const rows = await sql<{ id: string; completion: string; problemId: string; sandboxErrors: number }[]>`
    select r.id, g.prefix || r.completion as completion, g."problemId", r."sandboxErrors" from "Rollout" r join "Group" g on g.id = r."groupId"
    where g.scope = ${scope.id} and r.verdict is null order by g.ordinal, r.index`;
  const ids = [...new Set(rows.map((row) => row.problemId))];
  const problems = await sql<{ id: string; content: unknown }[]>`select id, content from "Problem" where id = any(${ids})`;
  const contents = new Map(problems.map((problem) => [problem.id, ProblemContent.parse(problem.content)]));
  return rows.map(({ problemId, ...row }) => {
    const problem = contents.get(problemId);
    if (problem === undefined) throw new MissingRow(`problem ${problemId} does not exist`);
    return { ...row, problem };
  });
}

/** Makes verdicts durable; the first verdict of a rollout stays. */
export async function saveExecutions(sql: Sql, executed: readonly ExecutedRollout[]): Promise<void> {
  const rows = executed.map(({ id, execution, sandboxErrors }) => ({
    id,
    sandboxErrors,
    verdict: execution.verdict,
    execution: {
      ...execution,
      tests: execution.tests.map((test) => (test.detail === undefined ? test : { ...test, detail: storableText(test.detail) })),
      stdout: storableText(execution.stdout),
      stderr: storableText(execution.stderr),
    },
  }));
  await sql`update "Rollout" set verdict = r.verdict::"RolloutVerdict", execution = r.execution, "sandboxErrors" = r."sandboxErrors"
    from jsonb_to_recordset(${sql.json(rows as never)}) as r(id text, verdict text, execution jsonb, "sandboxErrors" int)
    where "Rollout".id = r.id and "Rollout".verdict is null`;
}
