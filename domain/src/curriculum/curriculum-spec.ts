// Owns: what an experiment file may say of a curriculum. Must not know: how any kind works.
import { z } from "zod";
import { CurriculumHooks } from "./hooks.ts";
import { GATES, SAMPLERS } from "./registry.ts";
import type { KindSpec } from "./sampler.ts";
import { ModuleKind } from "../user-module.ts";

/** What may be written, and what must not be written any more. */
interface Nameable {
  readonly kind: string;
  readonly formerly?: string;
  readonly parameters: z.ZodType;
}

/** A strict union over `kind` and a module of the user's own, so that a wrong parameter is named with its path and its kind's own message. */
function unionOf(kinds: readonly Nameable[]): z.ZodType<KindSpec> {
  const own = { parameters: ModuleKind };
  const schemas = [...kinds, own].map(({ parameters }) => parameters as z.ZodObject<{ kind: z.ZodLiteral<string> }>);
  return z.discriminatedUnion("kind", schemas as [(typeof schemas)[0], ...typeof schemas], {
    error: ({ input }) => formerName(kinds, (input as { readonly kind?: unknown } | undefined)?.kind),
  }) as unknown as z.ZodType<KindSpec>;
}

/** Undefined, for the union's own words, where the name is no former one. */
function formerName(kinds: readonly Nameable[], written: unknown): string | undefined {
  const now = kinds.find(({ formerly }) => formerly !== undefined && formerly === written);
  return now && `'${now.kind}': that is what '${now.formerly}' is called now`;
}

/** One sampler, gates that must all admit a group, and hooks. Refused groups are still observed by the sampler. `gates: []` turns gates off. */
export const CurriculumSpec = z.strictObject({
  sampler: unionOf(SAMPLERS),
  gates: z.array(unionOf(GATES)).default(() => [{ kind: "zero-variance" }]),
  /** Which bins buckets are: the stored broad ones (paper Table 3, section 4.4), or the narrow ones with gaps (sections 4.2 and 4.3). */
  bins: z.enum(["broad", "narrow"]).optional(),
  ...CurriculumHooks,
});
export type CurriculumSpec = z.infer<typeof CurriculumSpec>;
