// Owns: the list of what others may import from the worker; the rest is reached by path.
export type { Sandbox } from "./sandbox/sandbox.ts";
export type { PolicyEngine } from "./policy/policy-engine.ts";
