// Owns: whether any node serves the engine that an experiment asks for. Must not know: how runs are placed.
import { isNodeAlive } from "@gradus/domain/node";
import type { PolicyEngineName } from "@gradus/domain/policy-engine-name";
import type { Database } from "@gradus/prisma/database";
import type { FieldError } from "./refusal.ts";

/** The embedded engine comes with every installation: its runs wait for their node. Any other has to be there, or a run would wait for ever. */
export async function unservedEngine({ prisma }: Database, engine: PolicyEngineName): Promise<FieldError[]> {
  if (engine === "embedded") return [];
  const nodes = await prisma.node.findMany({
    where: { roles: { has: "POLICY" }, capabilities: { path: ["policyEngine"], equals: engine } },
    select: { lastSeenAt: true, stoppedAt: true },
  });
  if (nodes.some((node) => isNodeAlive(node, Date.now()))) return [];
  const start = `--role policy --engine ${engine}`;
  return [
    {
      path: "policy.engine",
      value: engine,
      expected: `an engine that a living node serves: start a worker with ${start}, or use embedded`,
    },
  ];
}
