// Owns: which environments exist. Adding one is adding its file and its line here. Must not know: what any of them does.
import { contentHash } from "../content-hash.ts";
import type { EnvironmentName } from "../problem.ts";
import { environment as abduction } from "./abduction.ts";
import { environment as contest } from "./contest.ts";
import { environment as deduction } from "./deduction.ts";
import type { Environment } from "./environment.ts";
import { environment as finalAnswer } from "./final-answer.ts";
import { environment as functionTest } from "./function-test.ts";
import { environment as fuzzing } from "./fuzzing.ts";
import { environment as induction } from "./induction.ts";
import { environment as proposal } from "./proposal.ts";
import { environment as pytest } from "./pytest.ts";

export const ENVIRONMENTS: readonly Environment[] = [
  induction,
  abduction,
  deduction,
  fuzzing,
  contest,
  functionTest,
  pytest,
  finalAnswer,
  proposal,
];

/** Throws RangeError for an environment that is named in the types and not built yet. */
export function environmentNamed(name: EnvironmentName): Environment {
  const found = ENVIRONMENTS.find((environment) => environment.name === name);
  if (found === undefined)
    throw new RangeError(`environment ${name} is not available; there are ${ENVIRONMENTS.map((e) => e.name).join(", ")}`);
  return found;
}

/** SHA-256 of name and prompt template: recorded wherever prompts of this environment were used. */
export function templateHash(environment: Environment): string {
  return contentHash({ name: environment.name, template: environment.template });
}
