// Owns: what `gradus run --dry-run` says of the tokens, memory and time that a step takes, and of what nobody can say before it ran. Must not know: how
// any of it is reckoned.
import { algorithmNamed, ExperimentSpec, layOver, resolveCurriculum, TrainingSpec, EvaluationSpec } from "@gradus/domain";
import { CurriculumSpec } from "@gradus/domain/curriculum/curriculum-spec";
import { stepTokens } from "@gradus/domain/step-tokens";
import { ASSUMED, KNOWN_CARDS, KNOWN_MODELS, stepMemory, stepSeconds } from "@gradus/domain/step-estimate";
import type { StepTokens } from "@gradus/domain/step-tokens";

const ALWAYS_UNKNOWN =
  "not estimated: tokens of prompts, which the node's tokenizer counts (a prompt may take half of the node's context); what is sampled again after a crash; " +
  "how long completions get below maxTokens; executing programs, which is the sandbox's time";
const MEASURE = "measure one step, then 'gradus simulate cluster' plays it over more nodes";

/** Lines. `specification`: as the API resolved it, every arm with all of its settings. */
export function stepTokensLines(specification: unknown): string[] {
  const { policy, arms } = ExperimentSpec.parse(specification);
  const said = arms.map((arm) => {
    const training = TrainingSpec.parse(arm.training ?? {});
    const hooks = algorithmNamed(training.algorithm)?.curriculum ?? {};
    const curriculum = CurriculumSpec.parse(layOver(hooks, resolveCurriculum(arm.curriculum)));
    const tokens = stepTokens(curriculum, training, EvaluationSpec.parse(arm.evaluation ?? {}));
    const lines = [lineOf(tokens, training.steps), ...(policy.engine === "tinker" ? estimateLines(policy, tokens) : [])];
    return { arm: arm.name, text: lines.join("\n  ") };
  });
  const alike = Map.groupBy(said, ({ text }) => text);
  return [
    ...[...alike].map(([text, of]) => `${of.map(({ arm }) => arm).join(", ")}: ${text}`),
    policy.engine === "tinker"
      ? `${ALWAYS_UNKNOWN}; ${MEASURE}.`
      : `${ALWAYS_UNKNOWN}; memory and seconds: the embedded engine's models are small, and 'npm run bench -- step' measures a step on this machine.`,
  ];
}

/** What the policy says of its model and card. */
type Named = Pick<ExperimentSpec["policy"], "baseModel" | "placement">;

function estimateLines({ baseModel, placement }: Named, { firstRound: { most }, trainedOn, maxTokens }: StepTokens): string[] {
  const model = baseModel === undefined ? undefined : KNOWN_MODELS[baseModel];
  if (model === undefined) {
    const named = baseModel === undefined ? "the file names no policy.baseModel" : `the shape of ${baseModel} is not known here`;
    return [`memory and seconds are not estimated: ${named} (known: ${Object.keys(KNOWN_MODELS).join(", ")})`];
  }
  const memory = stepMemory(model, { completions: most, maxTokens });
  const lines = [
    `memory: ${baseModel} has ${billions(memory.parameters)} parameters, ${gigabytes(memory.weights)} in bfloat16 (once more where the sampler is a process of its own); ` +
      `LoRA of rank ${ASSUMED.loraRank} with Adam ${gigabytes(memory.adapter)}; keys and values ${gigabytes(memory.cacheOfOne)} a completion, ` +
      `${gigabytes(memory.cacheOfAll)} for all at a time; training ${gigabytes(memory.activationsOfOne)} a row of ${count(maxTokens)} tokens, and the server decides how many rows at a time`,
  ];
  const cards = cardsOf(placement);
  if (cards.length === 0) {
    lines.push(
      `seconds are not estimated: the file names no card (policy.placement.gpu: one of ${Object.keys(KNOWN_CARDS).join(", ")}, or several)`,
    );
    return lines;
  }
  for (const name of cards) {
    const card = KNOWN_CARDS[name];
    if (card === undefined) {
      lines.push(`seconds on ${name} are not estimated: known cards are ${Object.keys(KNOWN_CARDS).join(", ")}`);
      continue;
    }
    const { atATime, sample, update } = stepSeconds(model, card, { completions: most, trainedOn, maxTokens });
    lines.push(
      atATime === 0
        ? `one ${name} has no room for the model and a single completion of ${count(maxTokens)} tokens`
        : `seconds on one ${name}, where every completion takes all its tokens: sampling about ${rough(sample)} (${count(atATime)} completions at a time), ` +
            `updating about ${rough(update)}; from data sheets at ${share(ASSUMED.bandwidthShare)} of the memory's speed and ${share(ASSUMED.trainFlopsShare)} of the cores' in training: right within a factor of three, if that`,
    );
  }
  lines.push("several cards for one model: not estimated, the server shares the work out");
  return lines;
}

function cardsOf(placement: Named["placement"]): readonly string[] {
  const gpu = placement !== undefined && Object.hasOwn(placement, "gpu") ? placement["gpu"] : undefined;
  return typeof gpu === "string" ? [gpu] : Array.isArray(gpu) ? gpu : [];
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

const billions = (value: number): string => `${(value / 1e9).toFixed(2)} billion`;
const gigabytes = (bytes: number): string => `${twoDigits(bytes / 1e9)} GB`;
const share = (value: number): string => `${Math.round(value * 100)}%`;
const rough = (seconds: number): string => `${twoDigits(seconds)} s`;
const count = (value: number): string => value.toLocaleString("en-US");
/** There are no more. */
const twoDigits = (value: number): string => Number(value.toPrecision(2)).toLocaleString("en-US", { minimumSignificantDigits: 2 });
