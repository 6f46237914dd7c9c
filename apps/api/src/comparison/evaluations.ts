// Owns: how compared runs were evaluated, and what to know where they were not evaluated alike. Must not know: results, SQL.
import type { EvaluationOfRun } from "@gradus/prisma/reading/evaluation-reader";
import type { ComparedEvaluation } from "../generated/schema-types.ts";

/** What two evaluations must agree in before their numbers are held against each other, and how it is called. */
const VERSION = {
  harnessHash: "harness",
  problemsHash: "problems",
  samples: "samples a problem",
  temperature: "temperature",
  topP: "top-p",
} as const;

type Way = Omit<ComparedEvaluation, "arms" | "sentence" | "__typename">;
const short = (value: string | number | null | undefined): string =>
  typeof value === "string" ? value.slice(0, 8) : String(value ?? "unknown");

/** Of every run its latest evaluation of each suite, alike ones together, in the order of suites and arms. */
export function comparedEvaluations(completed: readonly EvaluationOfRun[], armOf: (runId: string) => string): ComparedEvaluation[] {
  const latest = [...Map.groupBy(completed, ({ ofRun, suite }) => JSON.stringify([suite, ofRun])).values()].flatMap(
    (of) => of.at(-1) ?? [],
  );
  const alike = Map.groupBy(latest, (one) => JSON.stringify(wayOf(one)));
  return [...alike.values()]
    .flatMap(([first, ...others]) => {
      if (first === undefined) return [];
      const arms = [...new Set([first, ...others].map(({ ofRun }) => armOf(ofRun)))];
      return [{ ...wayOf(first), arms, sentence: sentenceOf(wayOf(first), arms) }];
    })
    .toSorted((a, b) => ((a.suite ?? "") < (b.suite ?? "") ? -1 : 1));
}

const wayOf = ({
  suite,
  domain,
  problemSetId,
  problemsHash,
  harnessHash,
  samples,
  temperature,
  topP,
  windowFrom,
  windowTo,
}: EvaluationOfRun): Way => ({ suite, domain, problemSetId, problemsHash, harnessHash, samples, temperature, topP, windowFrom, windowTo });

/** Which problems, how often, under which harness: what a number has to be read with. */
function sentenceOf(
  { suite, domain, problemSetId, problemsHash, harnessHash, samples, temperature, topP, windowFrom, windowTo }: Way,
  arms: readonly string[],
): string {
  const window = windowFrom == null && windowTo == null ? "" : `, published ${windowFrom ?? "…"} to ${windowTo ?? "…"}`;
  const place = domain === "OUT_OF_DOMAIN" ? " (out of domain)" : "";
  return (
    `${suite ?? "held-out"}${place} of ${problemSetId}${window}: ${samples} sample${samples === 1 ? "" : "s"} a problem at temperature ${temperature}, top-p ${topP}; ` +
    `problems ${problemsHash?.slice(0, 12) ?? "not recorded"}, harness ${harnessHash?.slice(0, 12) ?? "not recorded"} (${arms.join(", ")})`
  );
}

/** One sentence for everything in which evaluations of a suite differ, and one where it was not recorded. */
export function evaluationRails(evaluations: readonly ComparedEvaluation[]): string[] {
  return [...Map.groupBy(evaluations, ({ suite }) => suite ?? null)].flatMap(([suite, ways]) => {
    const name = suite === null ? "held-out" : suite;
    const differing = Object.entries(VERSION).flatMap(([field, called]) => {
      const values = Map.groupBy(ways, (way) => way[field as keyof typeof VERSION] ?? null);
      if (values.size < 2) return [];
      const said = [...values].map(([value, of]) => `${[...new Set(of.flatMap(({ arms }) => arms))].join(", ")} ${short(value)}`);
      return [`${name} evaluations differ in ${called} (${said.join("; ")}): their numbers are not of the same thing`];
    });
    const unknown = ways.filter(({ harnessHash, problemsHash }) => harnessHash == null || problemsHash == null).flatMap(({ arms }) => arms);
    return [
      ...differing,
      ...(unknown.length > 0 && ways.length === 1
        ? [`${name}: which problems and which harness was not recorded when ${[...new Set(unknown)].join(", ")} were evaluated`]
        : []),
    ];
  });
}
