// Owns: the activity that a pretraining asks for.
import type { PretrainInput, PretrainResult } from "./messages.ts";

/** Queue `policy`: any node with an engine. */
export interface PretrainActivities {
  /** Trains the recipe's warm start and puts it into the blob store. A retry begins anew and makes the same bytes. */
  pretrainPolicy(input: PretrainInput): Promise<PretrainResult>;
}
