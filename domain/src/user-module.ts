// Owns: how an experiment names a file of the user's own code, and which of its contents it means. Must not know: reading files, running code.
import { z } from "zod";

/**
 * One JavaScript or TypeScript file. In the experiment file `module` is relative to it; the client makes it absolute and adds the hash, so that
 * what was started is what runs, on every node and after every resume. The worker loads it, nothing else does.
 */
export const moduleFields = {
  module: z.string().min(1).max(1_000),
  /** Lower-case hex SHA-256 of the file's bytes. */
  hash: z
    .string("expected the SHA-256 of the module's file: `gradus run` writes it there")
    .regex(/^[0-9a-f]{64}$/, "64 lower-case hex digits"),
  /** Handed to every function of the module. */
  parameters: z.record(z.string(), z.json()).default({}),
} as const;

/** A module in a place where nothing else could stand. */
export const ModuleRef = z.strictObject(moduleFields);
export type ModuleRef = z.infer<typeof ModuleRef>;

/** A module in a place where a built-in kind could stand. */
export const ModuleKind = z.strictObject({ kind: z.literal("module"), ...moduleFields });
export type ModuleKind = z.infer<typeof ModuleKind>;
