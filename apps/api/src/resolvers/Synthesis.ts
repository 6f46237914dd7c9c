// Owns: the fields of Synthesis that are more than a column: its figures, turns and usage.
import { SynthesisSpec, synthesisFigures } from "@gradus/domain";
import type { SynthesisFigures, TurnOutcome, TurnRejection } from "@gradus/domain";
import { readTurnPage } from "@gradus/prisma/reading/synthesis-reader";
import type { ApiContext } from "../context.ts";
import type { SynthesisModel, SynthesisTurnModel } from "../mappers.ts";
import { askFor, toPage } from "../page.ts";
import type { ListOrder } from "../page.ts";
import type { SynthesisResolvers } from "../generated/schema-types.ts";
import { globalIdOf } from "../global-id.ts";

const TURNS: ListOrder<SynthesisTurnModel> = {
  list: "synthesis-turns",
  keyLength: 2,
  keyOf: ({ seed, turn }) => [String(seed), String(turn)],
};

interface Read {
  readonly outcomes: readonly TurnOutcome[];
  readonly figures: SynthesisFigures;
}
const readings = new WeakMap<SynthesisModel, Promise<Read>>();

/** Read once a row, whichever of its figures are asked for: a row lives as long as its request. */
function reading({ load }: ApiContext, row: SynthesisModel): Promise<Read> {
  const known = readings.get(row) ?? read(load, row);
  readings.set(row, known);
  return known;
}

async function read(load: ApiContext["load"], { id, specification, status }: SynthesisModel): Promise<Read> {
  const outcomes = await load.outcomesOfSynthesis.load(id);
  return { outcomes, figures: synthesisFigures(outcomes, SynthesisSpec.parse(specification).target, status === "COMPLETED") };
}

const shareOf = (part: number, of: number): number | null => (of === 0 ? null : part / of);

export const Synthesis: SynthesisResolvers = {
  globalId: ({ id }) => globalIdOf("Synthesis", id),
  problemSet: ({ problemSetId }, _args, { load }) => (problemSetId === null ? null : load.problemSet.load(problemSetId)),
  seedCount: async ({ id }, _args, { load }) => (await load.seedCountOfSynthesis.load(id))?.count ?? 0,
  turnCount: async (row, _args, context) => (await reading(context, row)).outcomes.length,
  scoredCount: async (row, _args, context) => (await reading(context, row)).outcomes.filter(({ attempts }) => attempts !== null).length,
  usage: async ({ id }, _args, { load }) =>
    (await load.usageOfSynthesis.load(id)).map((usage) => ({
      ...usage,
      promptTokens: BigInt(usage.promptTokens),
      completionTokens: BigInt(usage.completionTokens),
      reasoningTokens: BigInt(usage.reasoningTokens),
    })),
  funnel: async (row, _args, context) =>
    (await reading(context, row)).figures.turns.map((turn) => ({
      ...turn,
      counts: [...turn.counts],
      targetHitRate: shareOf(turn.inTarget, turn.measured),
    })),
  rejections: async (row, _args, context) => {
    const counts = new Map<TurnRejection, number>();
    for (const { rejection } of (await reading(context, row)).outcomes)
      if (rejection !== null) counts.set(rejection, (counts.get(rejection) ?? 0) + 1);
    return [...counts].map(([rejection, count]) => ({ rejection, count })).toSorted((a, b) => b.count - a.count);
  },
  transitions: async (row, _args, context) => [...(await reading(context, row)).figures.transitions],
  moved: async (row, _args, context) =>
    (await reading(context, row)).figures.moved.map((moved) => ({ ...moved, share: shareOf(moved.asAsked, moved.pairs) })),
  singleTurnYield: async (row, _args, context) => (await reading(context, row)).figures.singleTurn,
  multiTurnYield: async (row, _args, context) => (await reading(context, row)).figures.multiTurn,
  turns: async ({ id }, { filter, ...args }, { db }) => {
    const ask = askFor(TURNS, args, { usual: 50, most: 200 });
    return toPage(TURNS, ask, await readTurnPage(db, id, filter ?? {}, ask));
  },
};
