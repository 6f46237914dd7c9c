// Owns: what an arm asks for that its engine does not compute, told before anything runs. Must not know: engines' insides, which nodes there are.
import type { RunSpec } from "@gradus/domain";
import type { FieldError } from "./refusal.ts";

/** Paths are relative to the arm where the arm may say otherwise. Embedded engines compute all that a file can say, with a model and tokenizer of their own. */
export function beyondEngine({ policy, training: { loss } }: Pick<RunSpec, "policy" | "training">, arm: string): FieldError[] {
  if (policy.engine === "embedded")
    return (["baseModel", "tokenizer"] as const)
      .filter((name) => policy[name] !== undefined)
      .map((name) => ({
        path: `policy.${name}`,
        value: policy[name],
        expected: "nothing: the embedded engine has its own; or policy.engine: tinker",
      }));
  return [
    ...(loss.klWeight === 0
      ? []
      : [insteadOf(`${arm}.training.loss.klWeight`, loss.klWeight, `0: the ${policy.engine} engine has no KL penalty`)]),
    ...(loss.entropyBonus === 0
      ? []
      : [insteadOf(`${arm}.training.loss.entropyBonus`, loss.entropyBonus, `0: the ${policy.engine} engine has no entropy term`)]),
    ...(typeof policy.model === "object"
      ? [insteadOf("policy.model", policy.model, `one of the server's sizes by name: the ${policy.engine} engine makes no others`)]
      : []),
  ];
}

const insteadOf = (path: string, value: unknown, expected: string): FieldError => ({
  path,
  value,
  expected: `${expected}; or policy.engine: embedded`,
});
