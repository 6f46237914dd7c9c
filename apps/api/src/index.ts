// Owns: the list of what others may import from the API.
export * from "./api.ts";
export * from "./run-control.ts";
