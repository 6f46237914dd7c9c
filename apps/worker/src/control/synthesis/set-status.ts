// Owns: how far a synthesis is, as its workflow says. Must not know: what it does.
import type { Database } from "@gradus/prisma";
import { setSynthesisStatus } from "@gradus/prisma/synthesis/synthesis-store";
import type { SynthesisActivities } from "@gradus/workflows";
import { asActivity } from "../../activities/activity.ts";

export const setStatusOfSynthesis =
  ({ sql }: Database): SynthesisActivities["setSynthesisStatus"] =>
  ({ synthesisId, status, cause }) =>
    asActivity(() => setSynthesisStatus(sql, synthesisId, status, cause));
