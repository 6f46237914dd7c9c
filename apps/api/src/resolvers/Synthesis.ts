// Owns: the fields of Synthesis that are more than a column: its figures, turns and usage.
import { SynthesisSpec, synthesisFigures } from "@gradus/domain";
import type { SynthesisFigures, TurnOutcome, TurnRejection } from "@gradus/domain";
import type { Database } from "@gradus/prisma/database";
import { countSeedsOf, readOutcomes, readTurnPage, readUsage } from "@gradus/prisma/reading/synthesis-reader";
import type { SynthesisModel, SynthesisTurnModel } from "../mappers.ts";
import { askFor, toPage } from "../page.ts";
import type { ListOrder } from "../page.ts";
import type { SynthesisResolvers } from "../generated/schema-types.ts";

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
function reading(db: Database, row: SynthesisModel): Promise<Read> {
  const known = readings.get(row) ?? read(db, row);
  readings.set(row, known);
  return known;
}

async function read(db: Database, { id, specification, status }: SynthesisModel): Promise<Read> {
  const outcomes = await readOutcomes(db, id);
  return { outcomes, figures: synthesisFigures(outcomes, SynthesisSpec.parse(specification).target, status === "COMPLETED") };
}

const shareOf = (part: number, of: number): number | null => (of === 0 ? null : part / of);

export const Synthesis: SynthesisResolvers = {
  problemSet: ({ problemSetId }, _args, { load }) => (problemSetId === null ? null : load.problemSet.load(problemSetId)),
  seedCount: ({ id }, _args, { db }) => countSeedsOf(db, id),
  turnCount: async (row, _args, { db }) => (await reading(db, row)).outcomes.length,
  scoredCount: async (row, _args, { db }) => (await reading(db, row)).outcomes.filter(({ attempts }) => attempts !== null).length,
  usage: async ({ id }, _args, { db }) =>
    (await readUsage(db, id)).map((usage) => ({
      ...usage,
      promptTokens: BigInt(usage.promptTokens),
      completionTokens: BigInt(usage.completionTokens),
      reasoningTokens: BigInt(usage.reasoningTokens),
    })),
  funnel: async (row, _args, { db }) =>
    (await reading(db, row)).figures.turns.map((turn) => ({
      ...turn,
      counts: [...turn.counts],
      targetHitRate: shareOf(turn.inTarget, turn.measured),
    })),
  rejections: async (row, _args, { db }) => {
    const counts = new Map<TurnRejection, number>();
    for (const { rejection } of (await reading(db, row)).outcomes)
      if (rejection !== null) counts.set(rejection, (counts.get(rejection) ?? 0) + 1);
    return [...counts].map(([rejection, count]) => ({ rejection, count })).toSorted((a, b) => b.count - a.count);
  },
  transitions: async (row, _args, { db }) => [...(await reading(db, row)).figures.transitions],
  moved: async (row, _args, { db }) =>
    (await reading(db, row)).figures.moved.map((moved) => ({ ...moved, share: shareOf(moved.asAsked, moved.pairs) })),
  singleTurnYield: async (row, _args, { db }) => (await reading(db, row)).figures.singleTurn,
  multiTurnYield: async (row, _args, { db }) => (await reading(db, row)).figures.multiTurn,
  turns: async ({ id }, { filter, ...args }, { db }) => {
    const ask = askFor(TURNS, args, { usual: 50, most: 200 });
    return toPage(TURNS, ask, await readTurnPage(db, id, filter ?? {}, ask));
  },
};
