// Owns: what an experiment may say about the size of an embedded policy. Must not know: tensors, tokenizers, which presets mean what.
import { z } from "zod";

const size = z.number().int().positive();
const lengths = z
  .array(size)
  .min(1)
  .refine((sizes) => sizes.every((each, index) => each > (sizes[index - 1] ?? 0)), "ascending lengths");

/** `quickstart`: 377,000 parameters. `small`: 824,000. `tiny`: 30,000, for trying things out. */
export const PolicyModelName = z.enum(["quickstart", "small", "tiny"]);
export type PolicyModelName = z.infer<typeof PolicyModelName>;

/** A pre-LN GPT. Lengths are in tokens; graphs exist for the named ones, and the last is the limit. */
export const PolicyModelShape = z
  .strictObject({
    width: size,
    layers: size,
    heads: size,
    /** Of the MLP. */
    hidden: size,
    positions: z.enum(["rotary", "learned"]).default("rotary"),
    promptBuckets: lengths.default([40, 56, 88]),
    completionBuckets: lengths.default([12, 24, 41]),
    /** Prompts x samples computed at a time. */
    samplingGrid: z.strictObject({ prompts: size, samples: size }).default({ prompts: 16, samples: 4 }),
  })
  .refine(({ width, heads }) => width % (2 * heads) === 0, "width must be a multiple of twice the heads");

export const PolicyModel = z.union([PolicyModelName, PolicyModelShape]);
export type PolicyModel = z.infer<typeof PolicyModel>;
