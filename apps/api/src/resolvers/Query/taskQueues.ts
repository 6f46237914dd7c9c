// Owns: Query.taskQueues.
import { PolicyEngineName } from "@gradus/domain/policy-engine-name";
import type { NodeRole } from "@gradus/domain";
import { readNodesOfRole } from "@gradus/prisma/reading/stage-wait-reader";
import type { WorkerNodeRow } from "@gradus/prisma/rows";
import { CONTROL_QUEUE, policyQueue, SANDBOX_QUEUE } from "@gradus/workflows";
import type { QueryResolvers } from "../../generated/schema-types.ts";

interface Queue {
  readonly name: string;
  readonly role: NodeRole;
  readonly node: WorkerNodeRow | null;
}

/** Also those that nobody takes from: what lies there is then what somebody should see. */
const SHARED: readonly Queue[] = [
  { name: CONTROL_QUEUE, role: "CONTROL", node: null },
  { name: SANDBOX_QUEUE, role: "SANDBOX", node: null },
  ...PolicyEngineName.options.map((engine): Queue => ({ name: policyQueue(engine), role: "POLICY", node: null })),
];

export const taskQueues: NonNullable<QueryResolvers["taskQueues"]> = async (_parent, _args, { db, control }) => {
  const own = (await readNodesOfRole(db, "POLICY")).flatMap((node): Queue[] =>
    node.taskQueue === null ? [] : [{ name: node.taskQueue, role: "POLICY", node }],
  );
  return Promise.all(
    [...SHARED, ...own].map(async (queue) => {
      const {
        depth = null,
        oldestSeconds = null,
        addedPerSecond = null,
        takenPerSecond = null,
      } = (await control.readQueue(queue.name)) ?? {};
      return { ...queue, depth, oldestSeconds, addedPerSecond, takenPerSecond };
    }),
  );
};
