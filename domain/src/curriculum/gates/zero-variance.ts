// Owns: the gate that refuses groups without a gradient. Must not know: why the rewards are equal.
import { z } from "zod";
import { ADMITTED, defineGate, refuse } from "../gate.ts";
import { figuresOf } from "../outcome.ts";

const Parameters = z.strictObject({ kind: z.literal("zero-variance") });

export const gate = defineGate<z.infer<typeof Parameters>, null>({
  kind: "zero-variance",
  summary: "refuse a group whose credited rewards are all equal",
  source: "DAPO dynamic sampling without refill (arXiv 2503.14476), ScaleRL (2510.13786)",
  parameters: Parameters,
  start: () => null,
  admit: (_, __, outcome) => (figuresOf(outcome).hasNoVariance ? refuse("ZERO_VARIANCE") : ADMITTED),
});
