// Owns: what `gradus run --dry-run` says of how small a difference an experiment can see. Must not know: how it is reckoned.
import { ASSUMED_OF_STUDIES, detectableInStudy, EvaluationSpec, ExperimentSpec } from "@gradus/domain";

/** A line; none where there is one arm and so nothing to compare. `specification`: as the API resolved it, every arm with all of its settings. */
export function detectableLines(specification: unknown): string[] {
  const { arms, seeds } = ExperimentSpec.parse(specification);
  if (arms.length < 2) return [];
  if (seeds.length < 2) return ["one seed shows no spread: no difference between arms can be told from it"];
  // The arm that is looked at least decides.
  const answers = Math.min(
    ...arms.map(({ evaluation }) => {
      const { problems, samples } = EvaluationSpec.parse(evaluation ?? {});
      return problems * samples;
    }),
  );
  const smallest = detectableInStudy(seeds.length, answers);
  return [
    `two arms over ${seeds.length} matched seeds: a difference of held-out pass@1 under ${smallest.toFixed(3)} is mostly missed (95% interval, found four times in five; ` +
      `${answers.toLocaleString("en-US")} answers, seeds as far apart as the quickstart's: sd ${ASSUMED_OF_STUDIES.spread})`,
  ];
}
