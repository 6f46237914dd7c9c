// Owns: the gate of strategy 15 of paper section 7, VCRL's variance threshold. Must not know: other gates.
import { z } from "zod";
import { ADMITTED, defineGate, refuse } from "../gate.ts";
import { figuresOf } from "../outcome.ts";

const Parameters = z.strictObject({
  kind: z.literal("variance-threshold"),
  /** Least share of the largest variance a group of its size can have. Chosen here. */
  threshold: z.number().min(0).max(1).default(0.3),
});

/** k (G - k) / (G (G - 1)), divided by its largest value over k. */
export function normalisedVariance(passes: number, attempts: number): number {
  const half = Math.floor(attempts / 2);
  return half === 0 ? 0 : (passes * (attempts - passes)) / (half * (attempts - half));
}

export const gate = defineGate<z.infer<typeof Parameters>, null>({
  kind: "variance-threshold",
  summary: "refuse a group whose variance is under a share of the largest one possible",
  source: "VCRL, arXiv 2509.19803",
  parameters: Parameters,
  start: () => null,
  admit: ({ threshold }, _, outcome) => {
    const { attempts, passes } = figuresOf(outcome);
    return normalisedVariance(passes, attempts) >= threshold ? ADMITTED : refuse("LOW_VARIANCE");
  },
});
