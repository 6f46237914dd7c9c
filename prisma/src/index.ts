// Owns: the list of what others may import from the store.
export * from "./database.ts";
