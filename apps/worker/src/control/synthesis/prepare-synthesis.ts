// Owns: what a synthesis begins with: its seeds drawn, its plan known. Must not know: teachers, students.
import { ConfigurationError, contentHash, createPool, environmentNamed, ProblemContent, sha256Hex, stream } from "@gradus/domain";
import type { SynthesisSpec } from "@gradus/domain";
import { accuraciesOf, drawWeaknesses } from "@gradus/domain/synthesis/weak-seeds";
import type { Database } from "@gradus/prisma";
import { readTries } from "@gradus/prisma/reading/difficulty-reader";
import { warmStartHash } from "@gradus/prisma/training/generation-store";
import { readRun } from "@gradus/prisma/training/run-store";
import { readProblems } from "@gradus/prisma/training/step-store";
import { countSeeds, readReferences, readSolutions, readSynthesis, saveSeeds } from "@gradus/prisma/synthesis/synthesis-store";
import type { SynthesisActivities, SynthesisPlan } from "@gradus/workflows";
import { asActivity } from "../../activities/activity.ts";
import { drawSnippets, readStandardLibrary } from "../../teacher/snippets.ts";

interface SeedText {
  readonly place: string;
  readonly text: string;
}

export const prepareSynthesis =
  (database: Database): SynthesisActivities["prepareSynthesis"] =>
  ({ synthesisId }) =>
    asActivity(async (): Promise<SynthesisPlan> => {
      const { sql } = database;
      const { spec } = await readSynthesis(sql, synthesisId);
      if ((await countSeeds(sql, synthesisId)) === 0) {
        const texts = await drawSeeds(database, spec);
        const seeds = texts.map(({ place, text }, ordinal) => ({
          ordinal,
          environment: spec.environments[ordinal % spec.environments.length]!,
          place,
          text,
          hash: text === "" ? contentHash({ grammar: spec.seeds.seed, ordinal }) : sha256Hex(text),
        }));
        // Large texts: in parts.
        for (let from = 0; from < seeds.length; from += 1_000) await saveSeeds(sql, synthesisId, seeds.slice(from, from + 1_000));
      }
      const { student } = spec;
      return {
        batches: Math.ceil((await countSeeds(sql, synthesisId)) / spec.batch),
        turns: spec.turns,
        student:
          student.kind === "policy"
            ? { policy: { version: 0, hash: warmStartHash(student.warmStart) ?? "" }, engine: student.engine }
            : null,
      };
    });

async function drawSeeds(database: Database, { seeds: { from, count, seed } }: SynthesisSpec): Promise<SeedText[]> {
  const { sql } = database;
  switch (from.kind) {
    case "grammar":
      return Array.from({ length: count }, (_, ordinal) => ({ place: `grammar:${ordinal}`, text: "" }));
    case "snippets":
      return drawSnippets(await readStandardLibrary(), seed, count);
    case "solutions": {
      // Never of what is held out: problems grown from its solutions would tell of it.
      const references = await readReferences(sql, from.set, "TRAIN");
      return some(
        references.map(({ id, reference }) => ({ place: `problem:${id}`, text: reference })),
        seed,
        count,
        `the training part of set ${from.set}`,
      );
    }
    case "rollouts": {
      const solutions = (await readSolutions(sql, from.run)).flatMap(({ id, completion, content }) => {
        const problem = ProblemContent.parse(content);
        const text = environmentNamed(problem.environment).extract(completion, problem);
        return text === null ? [] : [{ place: `rollout:${id}`, text }];
      });
      return some(solutions, seed, count, `run ${from.run}`);
    }
    case "weaknesses": {
      const { problemSetId } = await readRun(sql, from.run);
      const problems = await readProblems(sql, problemSetId, "TRAIN");
      const tries = await readTries(
        database,
        problems.map(({ id }) => id),
        { runIds: [from.run], experimentId: null },
      );
      const random = stream(`synthesis/seeds/${seed}`);
      const weak = drawWeaknesses(createPool(problems), accuraciesOf(tries), { learnedFrom: from.learnedFrom, count, random });
      if (weak.length === 0)
        throw new ConfigurationError(
          `seeds.from.run: run ${from.run} failed no problem consistently (met at least twice, never at ${from.learnedFrom} or above, not rising): let it train longer, on fewer problems, or raise learnedFrom`,
        );
      const references = new Map(problems.map(({ id, content }) => [id, content.reference]));
      return weak.map(({ id }) => ({ place: `problem:${id}`, text: references.get(id)! }));
    }
  }
}

/** `count` of them in an order drawn from the seed. @throws ConfigurationError where there are fewer */
function some(all: readonly SeedText[], seed: number, count: number, of: string): SeedText[] {
  if (all.length < count) throw new ConfigurationError(`seeds.count: ${of} gives ${all.length} programs, ${count} were asked for`);
  return stream(`synthesis/seeds/${seed}`)
    .shuffle([...all])
    .slice(0, count);
}
