// Owns: ids over all types: which thing one names, and the other way. Must not know: how things are read.
import type { Named } from "@gradus/prisma/access/belonging";
import { badInput } from "./errors.ts";

/** Types whose things have one, with the word under which access rules name them. Arms are named by their ids alone. */
const NAMED = {
  Project: "projects",
  Experiment: "experiments",
  Arm: "arms",
  Run: "runs",
  ProblemSet: "problemSets",
  Problem: "problems",
  Group: "groups",
  Rollout: "rollouts",
  Evaluation: "evaluations",
  Synthesis: "syntheses",
  AlertRule: "alertRules",
  Alert: "alerts",
} as const satisfies Readonly<Record<string, keyof Named>>;
export type NodeType = keyof typeof NAMED;

export const globalIdOf = (type: NodeType, id: string): string => Buffer.from(`${type}:${id}`).toString("base64url");

/** @throws GraphQLError BAD_USER_INPUT for a text that is no such id */
export function readGlobalId(globalId: string): { readonly type: NodeType; readonly id: string } {
  const [, type = "", id = ""] = /^(\w+):(.+)$/s.exec(Buffer.from(globalId, "base64url").toString()) ?? [];
  if (!Object.hasOwn(NAMED, type)) throw badInput("globalId: it is the `globalId` of nothing");
  return { type: type as NodeType, id };
}

export function namedByGlobalId(globalId: string): Named {
  const { type, id } = readGlobalId(globalId);
  return { [NAMED[type]]: [id] };
}
