// Owns: Query.pretraining.
import type { Pretraining, QueryResolvers } from "../../generated/schema-types.ts";
import type { RunControl } from "../../run-control.ts";

export const pretraining: NonNullable<QueryResolvers["pretraining"]> = (_parent, { id }, { control }) => pretrainingOf(control, id);

export async function pretrainingOf(control: RunControl, id: string): Promise<Pretraining | null> {
  const found = await control.readPretraining(id);
  return found === null ? null : { id, ...found, warmStart: found.hash === null ? null : `sha256:${found.hash}` };
}
