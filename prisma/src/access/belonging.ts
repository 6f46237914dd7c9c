// Owns: whether rows belong to a project. Must not know: who asks, why.
import type { Sql } from "../database.ts";

/** Ids by what they are of. */
export interface Named {
  readonly projects?: readonly string[];
  readonly experiments?: readonly string[];
  readonly arms?: readonly string[];
  readonly runs?: readonly string[];
  readonly problemSets?: readonly string[];
  readonly problems?: readonly string[];
  readonly groups?: readonly string[];
  readonly rollouts?: readonly string[];
  readonly evaluations?: readonly string[];
  readonly alertRules?: readonly string[];
  readonly alerts?: readonly string[];
  readonly savedViews?: readonly string[];
  readonly templates?: readonly string[];
  readonly syntheses?: readonly string[];
}

/** Whether every one of them is of the project. One that is nowhere is not. */
export async function belongsTo(sql: Sql, project: string, named: Named): Promise<boolean> {
  const {
    projects = [],
    experiments = [],
    arms = [],
    runs = [],
    problemSets = [],
    problems = [],
    groups = [],
    rollouts = [],
    evaluations = [],
    alertRules = [],
    alerts = [],
    savedViews = [],
    templates = [],
    syntheses = [],
  } = named;
  if (projects.some((id) => id !== project)) return false;
  const ids = [
    experiments,
    runs,
    problemSets,
    problems,
    groups,
    rollouts,
    evaluations,
    alertRules,
    alerts,
    savedViews,
    templates,
    syntheses,
    arms,
  ].map((list) => [...new Set(list)]);
  const wanted = ids.reduce((sum, list) => sum + list.length, 0);
  if (wanted === 0) return true;
  const [e, r, s, p, g, o, v, a, t, w, m, y, c] = ids;
  // A group is of the experiment or synthesis whose id its scope begins with, or of its run's.
  const [row] = await sql<{ found: number }[]>`
    with mine as (select id from "Experiment" where "projectId" = ${project}),
    "groups" as (select g.id from "Group" g left join "Run" r on r.id = g."runId"
      where (g.id = any(${g}::text[]) or g.id in (select "groupId" from "Rollout" where id = any(${o}::text[])))
        and coalesce(r."experimentId", case g."scopeKind" when 'EVALUATION' then (select "experimentId" from "Evaluation" where id = g.scope) end,
          split_part(g.scope, '/', 1)) in (select id from mine union all select id from "Synthesis" where "projectId" = ${project}))
    select (
      (select count(*) from mine where id = any(${e}::text[])) +
      (select count(*) from "Arm" where id = any(${c}::text[]) and "experimentId" in (select id from mine)) +
      (select count(*) from "Run" where id = any(${r}::text[]) and "experimentId" in (select id from mine)) +
      (select count(*) from "ProblemSet" where id = any(${s}::text[]) and "projectId" = ${project}) +
      (select count(*) from "Problem" where id = any(${p}::text[]) and "projectId" = ${project}) +
      (select count(*) from "groups" where id = any(${g}::text[])) +
      (select count(*) from "Rollout" where id = any(${o}::text[]) and "groupId" in (select id from "groups")) +
      (select count(*) from "Evaluation" where id = any(${v}::text[]) and "experimentId" in (select id from mine)) +
      (select count(*) from "AlertRule" where id = any(${a}::text[]) and "projectId" = ${project}) +
      (select count(*) from "Alert" t join "AlertRule" u on u.id = t."ruleId" where t.id = any(${t}::text[]) and u."projectId" = ${project}) +
      (select count(*) from "SavedView" where id = any(${w}::text[]) and "projectId" = ${project}) +
      (select count(*) from "ExperimentTemplate" where id = any(${m}::text[]) and "projectId" = ${project}) +
      (select count(*) from "Synthesis" where id = any(${y}::text[]) and "projectId" = ${project}))::int as found`;
  return row?.found === wanted;
}
