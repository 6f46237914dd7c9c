// Owns: the list of what other packages may import from the domain.
export * from "./verdict.ts";
export * from "./problem.ts";
