// Owns: the list of what other packages may import from the domain.
export * from "./verdict.ts";
export * from "./problem.ts";
export * from "./advantage.ts";
export * from "./canonical-json.ts";
export * from "./content-hash.ts";
export * from "./random.ts";
export * from "./environment/environment.ts";
export { environmentNamed, ENVIRONMENTS, templateHash } from "./environment/registry.ts";
export * from "./event.ts";
export * from "./experiment.ts";
export * from "./metric.ts";
export * from "./run.ts";
export * from "./scope.ts";
export * from "./stage.ts";
export * from "./failure.ts";
export * from "./step-points.ts";
