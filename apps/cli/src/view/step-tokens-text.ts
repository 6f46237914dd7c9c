// Owns: what `gradus run --dry-run` says of the tokens that an experiment behind a server of the Tinker API takes. Must not know: how they are counted.
import { algorithmNamed, ExperimentSpec, layOver, resolveCurriculum, TrainingSpec, EvaluationSpec } from "@gradus/domain";
import { CurriculumSpec } from "@gradus/domain/curriculum/curriculum-spec";
import { stepTokens } from "@gradus/domain/step-tokens";
import type { StepTokens } from "@gradus/domain/step-tokens";

const UNKNOWN = [
  "not estimated: tokens of prompts, which the node's tokenizer counts (a prompt may take half of the node's context);",
  "  what is sampled again after a crash; how long completions get below maxTokens; memory and seconds a step: the model and its cards are the server's, not this file's.",
  "  Measure one step, then 'gradus simulate cluster' plays it over more nodes.",
];

/** Lines; none for an engine of the node's own, whose model is small. `specification`: as the API resolved it, every arm with all of its settings. */
export function stepTokensLines(specification: unknown): string[] {
  const { policy, arms } = ExperimentSpec.parse(specification);
  if (policy.engine !== "tinker") return [];
  const said = arms.map((arm) => {
    const training = TrainingSpec.parse(arm.training ?? {});
    const hooks = algorithmNamed(training.algorithm)?.curriculum ?? {};
    const curriculum = CurriculumSpec.parse(layOver(hooks, resolveCurriculum(arm.curriculum)));
    return { arm: arm.name, line: lineOf(stepTokens(curriculum, training, EvaluationSpec.parse(arm.evaluation ?? {})), training.steps) };
  });
  const alike = Map.groupBy(said, ({ line }) => line);
  return [...[...alike].map(([line, of]) => `${of.map(({ arm }) => arm).join(", ")}: ${line}`), ...UNKNOWN];
}

function lineOf({ maxTokens, firstRound: { least, most }, inAll, trainedOn, evaluation, uncounted }: StepTokens, steps: number): string {
  const tokens = (completions: number): string => `${count(completions * maxTokens)} tokens`;
  const sampled = least === most ? count(most) : `${count(least)} to ${count(most)}`;
  const more = inAll > most ? `, and at most ${count(inAll)} where groups are drawn anew or grow (${tokens(inAll)})` : "";
  return (
    `a step samples ${sampled} completions of at most ${count(maxTokens)} tokens (${tokens(most)})${more} ` +
    `and trains on at most ${count(trainedOn)} of them (${tokens(trainedOn)}); ${count(steps)} steps sample at most ${tokens(inAll * steps)}, ` +
    `an evaluation at most ${count(evaluation)} completions (${tokens(evaluation)})` +
    (uncounted.length === 0 ? "" : `, and every problem of ${uncounted.join(", ")}`)
  );
}

const count = (value: number): string => value.toLocaleString("en-US");
