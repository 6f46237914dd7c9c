// Owns: following a synthesis to its end. Must not know: how it is shown.
import { setTimeout as sleep } from "node:timers/promises";
import { request } from "../client/api-client.ts";
import { SynthesisDocument, SynthesisProgressDocument } from "../client/generated/operations.ts";
import type { SynthesisProgressQuery, SynthesisReportFragment } from "../client/generated/operations.ts";
import { patiently } from "../client/patience.ts";
import { RefusedError } from "../client/refused.ts";

export type SynthesisProgress = NonNullable<SynthesisProgressQuery["synthesis"]>;

const LOOK_EVERY_MS = 500;

/** @throws RefusedError where there is none of that id */
export async function readReport(apiUrl: string, id: string): Promise<SynthesisReportFragment> {
  const { synthesis } = await request(apiUrl, SynthesisDocument, { id });
  if (synthesis === null) throw unknownSynthesis(id);
  return synthesis;
}

export async function watchSynthesis(
  apiUrl: string,
  id: string,
  signal: AbortSignal,
  onProgress: (progress: SynthesisProgress) => void,
): Promise<SynthesisReportFragment> {
  for (;;) {
    const { synthesis } = await patiently(() => request(apiUrl, SynthesisProgressDocument, { id }), signal);
    if (synthesis === null) throw unknownSynthesis(id);
    onProgress(synthesis);
    if (synthesis.status !== "QUEUED" && synthesis.status !== "RUNNING") return readReport(apiUrl, id);
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}

const unknownSynthesis = (id: string): RefusedError =>
  new RefusedError(`there is no synthesis ${id}`, [{ path: "synthesis", value: id, expected: "an id that `gradus synthesize` printed" }]);
