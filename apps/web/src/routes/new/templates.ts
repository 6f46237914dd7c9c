// Owns: texts to begin an experiment with. Must not know: editors.
import { stringify } from "yaml";
import type { TemplatesQuery } from "../../generated/graphql.ts";

export interface Template {
  readonly name: string;
  readonly text: string;
  /** Of a template that somebody kept: it can be forgotten. */
  readonly keptId?: string;
}

/** A comparison over the newest problem set, then what people kept, then the experiments there are, each as a file of its own. */
export function templatesOf({ experiments, problemSets, experimentTemplates }: TemplatesQuery): Template[] {
  const [newest] = experiments.nodes;
  const policy = (newest?.specification as { policy?: unknown } | undefined)?.policy;
  const set = problemSets.nodes[0]?.id;
  const problems = set === undefined ? "problems: {} # the embedded teacher writes them" : `problems: { set: ${set} }`;
  const comparison = `name: my-comparison
question: Does a curriculum beat drawing every difficulty alike?

${problems}
${policy === undefined ? "" : `\n# As in ${newest?.name ?? ""}.\n${stringify({ policy })}`}
training:
  steps: 40
  groupsPerStep: 8
  groupSize: 8

evaluation:
  # Every so many steps, on problems that are never trained on.
  every: 10
  problems: 100
  samples: 4

seeds: [1, 2, 3]
concurrency: 2

arms:
  # The first arm is what the others are compared with.
  - { name: uniform, curriculum: uniform }
  - { name: classic, curriculum: classic }
`;
  const copies = experiments.nodes.map(({ name, id, specification }) => ({ name: `like ${name} (${id})`, text: stringify(specification) }));
  const kept = experimentTemplates.map(({ id, name, description, source }) => ({
    name: description === "" ? name : `${name}: ${description}`,
    text: source,
    keptId: id,
  }));
  return [{ name: "compare curricula", text: comparison }, ...kept, ...copies];
}
