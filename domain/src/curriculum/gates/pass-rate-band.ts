// Owns: strategy 12 of paper section 7, online balanced filtering. Must not know: other gates.
import { z } from "zod";
import { ADMITTED, defineGate, refuse } from "../gate.ts";
import { figuresOf } from "../outcome.ts";

const Parameters = z
  .strictObject({
    kind: z.literal("pass-rate-band"),
    low: z.number().min(0).max(1).default(0.2),
    high: z.number().min(0).max(1).default(0.8),
  })
  .refine(({ low, high }) => low <= high, { message: "must not be over `high`", path: ["low"] });

export const gate = defineGate<z.infer<typeof Parameters>, null>({
  kind: "pass-rate-band",
  summary: "refuse a group whose pass rate lies outside a band",
  source: "online difficulty filtering, arXiv 2504.03380",
  parameters: Parameters,
  start: () => null,
  admit: ({ low, high }, _, outcome) => {
    const { attempts, passes } = figuresOf(outcome);
    // Integers on one side: 2 of 10 is exactly 0.2.
    return attempts > 0 && passes >= low * attempts - 1e-9 && passes <= high * attempts + 1e-9 ? ADMITTED : refuse("OUTSIDE_BAND");
  },
});
