// Owns: generating a scope that no run owns, on whichever node of an engine is there. Must not know: what the scope is for.
import type { PolicyEngineName } from "@gradus/domain/policy";
import type { GenerateInput } from "../training-run/activities.ts";
import { isNodeLost, offerNode, policyOn, releaseOn } from "../training-run/workflow.ts";

export async function generateOnAnyNode(input: GenerateInput, engine: PolicyEngineName | undefined): Promise<void> {
  for (;;) {
    const node = await offerNode(engine);
    try {
      await policyOn(node).generateRollouts(input);
      return await releaseOn(node, input.scope.experimentId);
    } catch (error) {
      // Tolerates a node that is gone: what it made is durable, another one makes the rest.
      if (!isNodeLost(error)) throw error;
    }
  }
}
