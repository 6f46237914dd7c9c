// Owns: reading specifications that were stored, under names that kinds had then. Must not know: where they are stored, what a file may say.
import { SAMPLERS } from "./curriculum/registry.ts";
import { ExperimentSpec, RunSpec } from "./experiment.ts";

const PRESENT: ReadonlyMap<string, string> = new Map(
  SAMPLERS.flatMap(({ kind, formerly }) => (formerly === undefined ? [] : [[formerly, kind] as const])),
);

/** A run's configuration as it was stored. @throws ZodError where it is none */
export const readStoredRun = (configuration: unknown): RunSpec => RunSpec.parse(withPresentNames(configuration));

/** An experiment's resolved specification as it was stored. @throws ZodError where it is none */
export function readStoredExperiment(specification: unknown): ExperimentSpec {
  if (!isRecord(specification) || !Array.isArray(specification["arms"])) return ExperimentSpec.parse(specification);
  return ExperimentSpec.parse({ ...specification, arms: specification["arms"].map(withPresentNames) });
}

/** What has a curriculum, written out or by the name of a preset: those are not renamed. */
function withPresentNames(owner: unknown): unknown {
  if (!isRecord(owner)) return owner;
  const { curriculum } = owner;
  if (!isRecord(curriculum)) return owner;
  const { sampler } = curriculum;
  const kind = isRecord(sampler) && typeof sampler["kind"] === "string" ? PRESENT.get(sampler["kind"]) : undefined;
  return kind === undefined ? owner : { ...owner, curriculum: { ...curriculum, sampler: { ...(sampler as object), kind } } };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
