// Owns: where an arm's schedule passes from one stage to the next. Must not know: charts' looks beyond an arm's.
import { armLook } from "../arms/arm-look.ts";
import type { ChartRule } from "../components/chart-data.ts";

interface Stage {
  readonly until: number;
  readonly weights: Readonly<Record<string, number>>;
}
interface Schedule {
  readonly kind: "schedule";
  readonly unit: "step" | "fraction";
  readonly stages: readonly Stage[];
  readonly remap?: Readonly<Record<string, string>>;
}

/** The schedule in a curriculum's specification, if that is what it is. */
export function scheduleOf(specification: unknown): Schedule | null {
  const sampler = (specification as { sampler?: { kind?: unknown; stages?: unknown } } | null)?.sampler;
  return sampler?.kind === "schedule" && Array.isArray(sampler.stages) ? (sampler as Schedule) : null;
}

/** A rule before the first step of every stage but the first: `until` counts the steps finished before it. */
export function stageRules(
  arm: { readonly ordinal: number; readonly curriculum: { readonly specification: unknown } },
  totalSteps: number,
): ChartRule[] {
  const schedule = scheduleOf(arm.curriculum.specification);
  if (schedule === null) return [];
  const { variable, dash } = armLook(arm.ordinal);
  return schedule.stages.slice(1).flatMap(({ weights }, index) => {
    const until = schedule.stages[index]?.until ?? 0;
    const x = schedule.unit === "step" ? until : until * totalSteps;
    return x > totalSteps ? [] : [{ x, label: mostOf(weights, schedule.remap ?? {}), variable, dash }];
  });
}

function mostOf(weights: Readonly<Record<string, number>>, remap: Readonly<Record<string, string>>): string {
  const named = Object.entries(weights)
    .filter(([, weight]) => weight > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([bucket]) => (remap[bucket] ?? bucket).toLowerCase().replace("_", "-"));
  return named[0] ?? "";
}
