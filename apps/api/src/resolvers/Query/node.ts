// Owns: Query.node.
import type { ApiContext } from "../../context.ts";
import type { QueryResolvers } from "../../generated/schema-types.ts";
import { readGlobalId } from "../../global-id.ts";
import type { NodeType } from "../../global-id.ts";

type Load = (load: ApiContext["load"], id: string) => Promise<object | null>;

const LOAD: Readonly<Record<NodeType, Load>> = {
  Project: (load, id) => load.project.load(id),
  Experiment: (load, id) => load.experiment.load(id),
  Arm: (load, id) => load.arm.load(id),
  Run: (load, id) => load.run.load(id),
  ProblemSet: (load, id) => load.problemSet.load(id),
  Problem: (load, id) => load.problem.load(id),
  Group: (load, id) => load.group.load(id),
  Rollout: (load, id) => load.rollout.load(id),
  Evaluation: (load, id) => load.evaluation.load(id),
  Synthesis: (load, id) => load.synthesis.load(id),
  AlertRule: (load, id) => load.alertRule.load(id),
  Alert: (load, id) => load.alert.load(id),
};

export const node: NonNullable<QueryResolvers["node"]> = async (_parent, { globalId }, { load }) => {
  const { type, id } = readGlobalId(globalId);
  const row = await LOAD[type](load, id);
  // The type is known from the id: resolvers of `Node` read it back.
  return row === null ? null : ({ ...row, __typename: type } as never);
};
