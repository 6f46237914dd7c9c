// Owns: the list of what other packages may import from the domain.
export * from "./verdict.ts";
export * from "./problem.ts";
export * from "./event.ts";
export * from "./experiment.ts";
export * from "./metric.ts";
export * from "./run.ts";
export * from "./scope.ts";
export * from "./stage.ts";
