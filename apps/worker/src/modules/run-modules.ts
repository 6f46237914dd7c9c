// Owns: the modules that a run's settings name, found, held to their hashes, loaded. Must not know: what they do.
import { environmentNamed, templateHash } from "@gradus/domain";
import type { Environment, EnvironmentName, ModuleKind, ModuleRef, OwnKinds, OwnReward, RunSpec, TrainingSpec } from "@gradus/domain";
import { loadModule, verifyModule } from "./load-module.ts";
import { asEnvironment, asGate, asReward, asSampler } from "./own-kinds.ts";

/** Where problems of each environment are posed and judged. */
export type Environments = (name: EnvironmentName) => Environment;

/** The built-in environments, or the user's own in the place of each. @throws ConfigurationError */
export async function environmentsOf(environment: ModuleRef | undefined): Promise<Environments> {
  if (environment === undefined) return environmentNamed;
  const exported = await loadModule(environment);
  // What a policy writes is a problem whatever poses it: the user's own environment poses and judges problems.
  return (name) => (name === "PROPOSAL" ? environmentNamed(name) : asEnvironment(environment, name, exported));
}

/** @throws ConfigurationError */
export async function ownKindsOf({ sampler, gates }: RunSpec["curriculum"]): Promise<OwnKinds> {
  return { sampler: await ownKind(sampler, asSampler), gates: await Promise.all(gates.map((gate) => ownKind(gate, asGate))) };
}

async function ownKind<Kind>(spec: { readonly kind: string }, as: (ref: ModuleKind, exported: unknown) => Kind): Promise<Kind | undefined> {
  return isModule(spec) ? as(spec, await loadModule(spec)) : undefined;
}

/** Null where the shape is a built-in one. @throws ConfigurationError */
export async function ownRewardOf({ reward: { shape } }: Pick<TrainingSpec, "reward">): Promise<OwnReward | null> {
  return shape.kind === "module" ? asReward(shape, await loadModule(shape)) : null;
}

/**
 * Called where a run begins, is resumed, or moves: each of its files must still be the one that it was started with, and export what its
 * place asks for. Returns what the run's provenance keeps: the hash of every module by its path, and of every prompt template by environment.
 * @throws ConfigurationError
 */
export async function checkModules(
  { curriculum, training, environment }: Pick<RunSpec, "curriculum" | "training" | "environment">,
  posed: readonly EnvironmentName[],
): Promise<Record<string, string>> {
  const named = [curriculum.sampler, ...curriculum.gates, training.reward.shape].filter((spec) => isModule(spec));
  const modules: readonly ModuleRef[] = [...named, ...(environment ? [environment] : [])];
  for (const one of modules) await verifyModule(one);
  await Promise.all([ownKindsOf(curriculum), ownRewardOf(training)]);
  const environments = await environmentsOf(environment);
  return {
    ...Object.fromEntries(modules.map(({ module, hash }) => [`module ${module}`, `sha256:${hash}`])),
    ...Object.fromEntries(posed.map((name) => [`prompt ${name}`, `sha256:${templateHash(environments(name))}`])),
  };
}

const isModule = (spec: { readonly kind: string }): spec is ModuleKind => spec.kind === "module";
