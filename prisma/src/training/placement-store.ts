// Owns: placing runs on nodes: who is there, how many runs each holds, and the lease that goes with a place. Must not know: what decides (domain
// placement), Temporal.
import { chooseNode, MissingRow, needsOf, PolicySpec, SILENT_MS } from "@gradus/domain";
import type { Choice, NodeNeeds, PolicyNode } from "@gradus/domain";
import type { Sql, Transaction } from "../database.ts";
import { readSynthesis } from "../synthesis/synthesis-store.ts";
import { readExperiment } from "./generation-store.ts";
import { grantLeaseIn, setWaits } from "./run-store.ts";
import { inRun } from "./run-transaction.ts";

/** Nodes of the policy role that have not said goodbye and were heard of within the hour, with the runs under way that they hold beside `runId`. */
export async function readPolicyNodes(sql: Sql | Transaction, runId: string | null): Promise<PolicyNode[]> {
  return [
    ...(await sql<PolicyNode[]>`
      select n.id, n."taskQueue", n.labels, n.capabilities, n."drainingSince" is not null as "isDraining",
        n."lastSeenAt" > now() - ${SILENT_MS}::float8 * interval '1 millisecond' as "isAlive",
        (select count(*)::int from "Run" r
          where r."nodeId" = n.id and r.status in ('RUNNING', 'PAUSED') and r.id is distinct from ${runId}) as runs
      from "Node" n
      where 'POLICY' = any(n.roles) and n."taskQueue" is not null and n."stoppedAt" is null and n."lastSeenAt" > now() - interval '1 hour' order by n.id`),
  ];
}

export type Placed =
  | { readonly nodeId: string; readonly taskQueue: string; readonly epoch: number; readonly waits: null }
  | { readonly nodeId: null; readonly waits: string };

/** Gives the run to the node that suits it best, under a new lease epoch; where there is none the run's cause says why, in the same words each time. */
export async function placeRun(sql: Sql, runId: string): Promise<Placed> {
  const needs = await needsOfRun(sql, runId);
  return inRun(sql, runId, null, async (tx, emit): Promise<Placed> => {
    // One at a time, so that two runs do not take the last place of a node.
    await tx`select pg_advisory_xact_lock(hashtextextended('placement', 0))`;
    const { node, waits } = chooseNode(needs, await readPolicyNodes(tx, runId));
    await setWaits(tx, emit, runId, waits);
    if (node === null) return { nodeId: null, waits };
    return { nodeId: node.id, taskQueue: node.taskQueue, epoch: await grantLeaseIn(tx, emit, runId, node.id), waits: null };
  });
}

async function needsOfRun(sql: Sql, runId: string): Promise<NodeNeeds> {
  const [row] = await sql<{ policy: unknown }[]>`
    select a.configuration -> 'policy' as policy from "Run" r join "Arm" a on a.id = r."armId" where r.id = ${runId}`;
  if (row === undefined) throw new MissingRow(`run ${runId} does not exist`);
  return needsOf(PolicySpec.parse(row.policy));
}

/** A node for what an experiment samples before its runs, or for a synthesis' student: nobody owns that, so no lease goes with it. */
export async function findNode(sql: Sql, of: { readonly experimentId: string } | { readonly synthesisId: string }): Promise<Choice> {
  return chooseNode(await needsOfScope(sql, of), await readPolicyNodes(sql, null));
}

async function needsOfScope(sql: Sql, of: { readonly experimentId: string } | { readonly synthesisId: string }): Promise<NodeNeeds> {
  if ("experimentId" in of) return needsOf((await readExperiment(sql, of.experimentId)).spec.policy);
  const { student } = (await readSynthesis(sql, of.synthesisId)).spec;
  return needsOf(student.kind === "policy" ? student : { engine: "embedded" });
}

/** Whether the run holds a node that is being drained. */
export async function isToMove(sql: Sql, runId: string): Promise<boolean> {
  const [row] = await sql<{ drains: boolean }[]>`
    select n."drainingSince" is not null as drains from "Run" r join "Node" n on n.id = r."nodeId" where r.id = ${runId}`;
  return row?.drains ?? false;
}
