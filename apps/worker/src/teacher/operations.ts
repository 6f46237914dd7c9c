// Owns: the list of all operations of the grammar, by name. Must not know: how they are composed.
import { LIST_OPERATIONS } from "./operations/lists.ts";
import { NUMBER_OPERATIONS } from "./operations/numbers.ts";
import type { Operation } from "./operations/operation.ts";
import { TEXT_OPERATIONS } from "./operations/texts.ts";

export const OPERATIONS: readonly Operation[] = [...LIST_OPERATIONS, ...NUMBER_OPERATIONS, ...TEXT_OPERATIONS];

const BY_NAME = new Map(OPERATIONS.map((operation) => [operation.name, operation]));

/** Throws RangeError for a name that no operation has. */
export function operationNamed(name: string): Operation {
  const found = BY_NAME.get(name);
  if (found === undefined) throw new RangeError(`no operation is called ${name}`);
  return found;
}
