// Owns: whether any node could hold the policy that an experiment or a synthesis asks for. Must not know: how runs are placed.
import { chooseNode, needsOf, unmetNeeds } from "@gradus/domain/placement";
import type { Placement } from "@gradus/domain/placement";
import type { PolicyEngineName } from "@gradus/domain/policy-engine-name";
import type { Database } from "@gradus/prisma/database";
import { readPolicyNodes } from "@gradus/prisma/training/placement-store";
import type { FieldError } from "./refusal.ts";

interface Asked {
  readonly engine: PolicyEngineName;
  readonly placement?: Placement | undefined;
  readonly baseModel?: string | undefined;
  readonly tokenizer?: string | undefined;
}

/**
 * The embedded engine comes with every installation: its runs wait for their node, unless they ask for more than that. Any other has to be there, or a
 * run would wait for ever. A node that is full has room later. `at`: the path of what asks.
 */
export async function unservedEngine({ sql }: Database, asked: Asked, at = "policy"): Promise<FieldError[]> {
  const { engine, placement = {}, baseModel, tokenizer } = asked;
  if (engine === "embedded" && Object.keys(placement).length === 0) return [];
  const nodes = (await readPolicyNodes(sql, null)).map((node) => Object.assign(node, { runs: 0 }));
  const { waits } = chooseNode(needsOf(asked), nodes);
  if (waits === null) return [];
  const ofEngine = nodes.filter((node) => node.isAlive && !node.isDraining && unmetNeeds({ engine, placement: {} }, node).length === 0);
  if (ofEngine.length === 0 && engine !== "embedded") {
    const start = `--role policy --engine ${engine}`;
    return [
      {
        path: `${at}.engine`,
        value: engine,
        expected: `an engine that a living node serves: start a worker with ${start}, or use embedded`,
      },
    ];
  }
  const [name, value] =
    Object.keys(placement).length > 0
      ? ["placement", placement]
      : baseModel !== undefined
        ? ["baseModel", baseModel]
        : ["tokenizer", tokenizer];
  return [{ path: `${at}.${name}`, value, expected: `what a living node has: ${waits}` }];
}
