// Owns: what a run asks of the node that holds its policy, which nodes have it, and in words why one has not. Must not know: where nodes are kept, Temporal.
import { z } from "zod";
import { ConfigurationError } from "./failure.ts";
import type { PolicyEngineName } from "./policy-engine-name.ts";

const LABEL = /^[a-z][a-z0-9._/-]{0,62}$/;
const LABEL_VALUE = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,62}$/;

const labelValue = z
  .union([z.string(), z.number(), z.boolean()])
  .transform(String)
  .pipe(z.string().regex(LABEL_VALUE, "letters, digits and . _ : / -, at most 63"));

/** One label: a value, one of several, or a bound on a number. */
export const PlacementRule = z.union([
  labelValue,
  z.array(labelValue).min(1).max(32),
  z
    .strictObject({ atLeast: z.number().optional(), atMost: z.number().optional() })
    .refine(({ atLeast, atMost }) => atLeast !== undefined || atMost !== undefined, "atLeast, atMost or both"),
]);
export type PlacementRule = z.infer<typeof PlacementRule>;

/** What a node's labels must say, all of it. */
export const Placement = z.record(z.string().regex(LABEL, "a label: lower-case letters, digits and . _ / -, at most 63"), PlacementRule);
export type Placement = z.infer<typeof Placement>;

/**
 * Labels as a node's operator writes them: `gpu=h100,mem=80`.
 * @throws ConfigurationError naming the part that is none
 */
export function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const part of text.split(",").map((each) => each.trim())) {
    if (part === "") continue;
    const [name = "", ...rest] = part.split("=");
    const value = rest.join("=");
    if (!LABEL.test(name) || !LABEL_VALUE.test(value))
      throw new ConfigurationError(`--labels: ${part} is no label; write name=value with commas between, such as gpu=h100,mem=80`);
    if (name in labels) throw new ConfigurationError(`--labels: ${name} is there twice`);
    labels[name] = value;
  }
  return labels;
}

/** All that a run asks of its node. */
export interface NodeNeeds {
  readonly engine: PolicyEngineName;
  readonly placement: Placement;
  /** The server's base model; absent: any. */
  readonly baseModel?: string | undefined;
  /** SHA-256 of the tokenizer's files; absent: any. */
  readonly tokenizer?: string | undefined;
}

/** What a specification's policy, or a synthesis' student, asks for. */
export const needsOf = ({
  engine,
  placement = {},
  baseModel,
  tokenizer,
}: {
  readonly engine: PolicyEngineName;
  readonly placement?: Placement | undefined;
  readonly baseModel?: string | undefined;
  readonly tokenizer?: string | undefined;
}): NodeNeeds => ({ engine, placement, baseModel, tokenizer: tokenizer?.replace(/^sha256:/, "") });

/** A policy node as its registration and heartbeats tell of it. */
export interface PolicyNode {
  readonly id: string;
  readonly taskQueue: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly capabilities: Readonly<Record<string, string | number | boolean>>;
  readonly isAlive: boolean;
  readonly isDraining: boolean;
  /** Runs under way that it holds, the asking one not counted. */
  readonly runs: number;
}

/** Why the node cannot serve such a run whatever it does now; empty: it can. */
export function unmetNeeds({ engine, placement, baseModel, tokenizer }: NodeNeeds, { labels, capabilities }: PolicyNode): string[] {
  const told = (name: string): string => String(capabilities[name] ?? "unknown");
  return [
    ...(capabilities["policyEngine"] === engine ? [] : [`has the engine ${told("policyEngine")}`]),
    ...(baseModel === undefined || isBaseModel(baseModel, capabilities["baseModel"]) ? [] : [`has the base model ${told("baseModel")}`]),
    ...(tokenizer === undefined || capabilities["tokenizer"] === tokenizer
      ? []
      : [`has the tokenizer ${shortHash(capabilities["tokenizer"])}`]),
    ...Object.entries(placement).flatMap(([name, rule]) => {
      const value = Object.hasOwn(labels, name) ? labels[name] : undefined;
      if (value === undefined) return [`has no label ${name}`];
      return isMet(rule, value) ? [] : [`has ${name}=${value}`];
    }),
  ];
}

/** A server names its model as it was started: by name, or by the folder it lies in. */
export const isBaseModel = (asked: string, told: unknown): boolean =>
  typeof told === "string" && (told === asked || told.split("/").at(-1) === asked.split("/").at(-1));

function isMet(rule: PlacementRule, value: string): boolean {
  if (typeof rule === "string") return rule === value;
  if (Array.isArray(rule)) return rule.includes(value);
  const number = Number(value);
  const { atLeast = -Infinity, atMost = Infinity } = rule;
  return Number.isFinite(number) && number >= atLeast && number <= atMost;
}

/** Why a node that could serve the run does not now; null: it does. */
function unavailable({ isAlive, isDraining, capabilities, runs }: PolicyNode): string | null {
  if (!isAlive) return "is silent";
  if (isDraining) return "is being drained";
  const { runCapacity } = capabilities;
  return typeof runCapacity === "number" && runs >= runCapacity ? `holds ${runs} of at most ${runCapacity} runs` : null;
}

export type Choice = { readonly node: PolicyNode; readonly waits: null } | { readonly node: null; readonly waits: string };

/** The fitting node that holds the fewest runs for its engines, by id where several do; or in words why there is none. Words hold nothing that changes by itself. */
export function chooseNode(needs: NodeNeeds, nodes: readonly PolicyNode[]): Choice {
  const judged = nodes.map((node) => {
    const unmet = unmetNeeds(needs, node);
    return { node, why: unmet.length > 0 ? unmet.join(" and ") : unavailable(node) };
  });
  const [chosen] = judged
    .filter(({ why }) => why === null)
    .map(({ node }) => node)
    .toSorted((one, other) => fullness(one) - fullness(other) || (one.id < other.id ? -1 : 1));
  if (chosen !== undefined) return { node: chosen, waits: null };
  return { node: null, waits: `no policy node takes the run, which needs ${needsInWords(needs)}: ${reasons(needs, judged)}` };
}

function reasons(needs: NodeNeeds, judged: readonly { readonly node: PolicyNode; readonly why: string | null }[]): string {
  const there = judged.map(({ node, why }) => `${node.id} ${why}`).toSorted();
  const shown = there.length > MOST_NAMED ? [...there.slice(0, MOST_NAMED), `${there.length - MOST_NAMED} more`] : there;
  return [...(shown.length === 0 ? ["there is none"] : shown), `start one with: ${startingWords(needs)}`].join("; ");
}
const MOST_NAMED = 8;

const fullness = ({ runs, capabilities }: PolicyNode): number => runs / Math.max(1, Number(capabilities["policySlots"] ?? 1));

const shortHash = (hash: unknown): string => (typeof hash === "string" ? hash.slice(0, 12) : "unknown");

/** As in: `engine tinker, gpu=h100, mem of at least 80`. */
export function needsInWords({ engine, placement, baseModel, tokenizer }: NodeNeeds): string {
  return [
    `engine ${engine}`,
    ...(baseModel === undefined ? [] : [`base model ${baseModel}`]),
    ...(tokenizer === undefined ? [] : [`tokenizer ${shortHash(tokenizer)}`]),
    ...Object.entries(placement).map(([name, rule]) => ruleInWords(name, rule)),
  ].join(", ");
}

function ruleInWords(name: string, rule: PlacementRule): string {
  if (typeof rule === "string") return `${name}=${rule}`;
  if (Array.isArray(rule)) return `${name}=${rule.join(" or ")}`;
  const bounds = [
    ...(rule.atLeast === undefined ? [] : [`at least ${rule.atLeast}`]),
    ...(rule.atMost === undefined ? [] : [`at most ${rule.atMost}`]),
  ];
  return `${name} of ${bounds.join(" and ")}`;
}

/** The command that starts a node with these labels. */
export function startingWords({ engine, placement, tokenizer }: NodeNeeds): string {
  const labels = Object.entries(placement).map(([name, rule]) => {
    if (typeof rule === "string") return `${name}=${rule}`;
    return `${name}=${Array.isArray(rule) ? rule[0] : (rule.atLeast ?? rule.atMost)}`;
  });
  const set = tokenizer === undefined ? "" : `GRADUS_TINKER_TOKENIZER=sha256:${tokenizer} `;
  return `${set}gradus worker --role policy --engine ${engine}${labels.length === 0 ? "" : ` --labels ${labels.join(",")}`}`;
}
