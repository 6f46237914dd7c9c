// Owns: the fields of PolicyVersion that are more than a column.
import { UpdateReport } from "@gradus/domain";
import { present } from "../errors.ts";
import type { PolicyVersionResolvers } from "../generated/schema-types.ts";

export const PolicyVersion: PolicyVersionResolvers = {
  checkpoint: async ({ checkpointHash }, _args, { load }) =>
    present(await load.checkpoint.load(checkpointHash), "checkpoint", checkpointHash),
  report: ({ report }) => (report === null ? null : UpdateReport.parse(report)),
};
