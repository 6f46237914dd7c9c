// Owns: everything a curriculum can be made of, as a list for people and programs. Must not know: how any of it works.
import { z } from "zod";
import { ALGORITHMS } from "../algorithm.ts";
import { CurriculumHooks } from "./hooks.ts";
import { CURRICULUM_PRESETS } from "./presets.ts";
import { GATES, SAMPLERS } from "./registry.ts";

export type CatalogueRole = "PRESET" | "SAMPLER" | "GATE" | "HOOK" | "ALGORITHM";

export interface CatalogueParameter {
  readonly name: string;
  /** JSON; absent where the file must say it. */
  readonly default?: unknown;
  /** In words: `number 0 to 1`, `one of problem, bucket`. */
  readonly type: string;
}

export interface CatalogueEntry {
  readonly role: CatalogueRole;
  readonly name: string;
  readonly summary: string;
  /** Where it comes from; empty for a preset of the paper's own tables. */
  readonly source: string;
  /** What a sampler works through beside its draws. */
  readonly hook?: string;
  readonly parameters: readonly CatalogueParameter[];
  /** What a preset or an algorithm stands for, as a file would write it. */
  readonly stands?: unknown;
}

const HOOK_LINES: Readonly<Record<keyof typeof CurriculumHooks, readonly [summary: string, source: string]>> = {
  refill: ["draws anew within the step for every refused group, at most `maxRounds` rounds", "DAPO, arXiv 2503.14476"],
  screening: ["few rollouts of more problems first; only intermediate ones get the full group", "SPEED-RL, arXiv 2506.09016"],
  allocation: ["size of a group by the share of the run", "DRIVE"],
  retire: ["what the run has solved is not drawn again", "ScaleRL, arXiv 2510.13786"],
  proposals: ["the policy writes problems itself, paid by how its own solvers fare with them", "Absolute Zero, arXiv 2505.03335"],
  replay: ["a memory of high-variance problems, for a share of a step and for refills", "VCRL, arXiv 2509.19803"],
};

/** In the order of paper section 7, presets first. */
export function curriculumCatalogue(): CatalogueEntry[] {
  return [
    ...Object.entries(CURRICULUM_PRESETS).map(([name, spec]): CatalogueEntry => {
      const { kind } = spec.sampler;
      const hooks = Object.keys(spec).filter((key) => key in CurriculumHooks);
      return {
        role: "PRESET",
        name,
        summary: [`sampler ${kind}`, ...spec.gates.map((gate) => `gate ${gate.kind}`), ...hooks].join(", "),
        source: "",
        parameters: [],
        stands: spec,
      };
    }),
    ...SAMPLERS.map(({ kind: name, summary, source, parameters, hook }) => ({
      ...entry("SAMPLER", name, summary, source, parameters),
      ...(hook === undefined ? {} : { hook }),
    })),
    ...GATES.map(({ kind: name, summary, source, parameters }) => entry("GATE", name, summary, source, parameters)),
    ...Object.entries(CurriculumHooks).map(([name, schema]) => {
      const [summary, source] = HOOK_LINES[name as keyof typeof HOOK_LINES];
      return entry("HOOK", name, summary, source, schema.unwrap());
    }),
    ...Object.entries(ALGORITHMS).map(([name, { summary, source, ...stands }]): CatalogueEntry => ({
      role: "ALGORITHM",
      name,
      summary,
      source,
      parameters: [],
      stands,
    })),
  ];
}

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
}

function entry(role: CatalogueRole, name: string, summary: string, source: string, schema: z.ZodType): CatalogueEntry {
  const described = z.toJSONSchema(schema, { io: "input" }) as JsonSchema;
  const fields = described.properties ?? described.items?.properties ?? {};
  const parameters = Object.entries(fields)
    .filter(([field]) => field !== "kind")
    .map(([field, one]) => ({ name: field, type: typeOf(one), ...(one.default === undefined ? {} : { default: one.default }) }));
  return { role, name, summary, source, parameters };
}

function typeOf(schema: JsonSchema): string {
  if (schema.enum !== undefined) return `one of ${schema.enum.join(", ")}`;
  const low = schema.minimum ?? schema.exclusiveMinimum;
  const high = schema.maximum ?? schema.exclusiveMaximum;
  const type = schema.type ?? "value";
  if (safe(low) && safe(high)) return `${type} ${low} to ${high}`;
  if (safe(low)) return `${type} from ${low}`;
  return safe(high) ? `${type} up to ${high}` : type;
}

/** zod bounds integers by what is safe: that is no bound of ours. */
const safe = (bound: number | undefined): bound is number => bound !== undefined && Number.isFinite(bound) && Math.abs(bound) < 2 ** 53 - 1;
