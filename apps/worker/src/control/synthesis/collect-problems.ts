// Owns: the end of a synthesis: repeats found over all turns, the rest frozen as a problem set. Must not know: teachers, students.
import { bucketOf, stream } from "@gradus/domain";
import type { SynthesisSpec } from "@gradus/domain";
import { normaliseSource } from "@gradus/domain/normalise-source";
import { NearIndex, shingles } from "@gradus/domain/synthesis/near-duplicate";
import type { Database } from "@gradus/prisma";
import { completeSynthesis, readReferences, readSynthesis } from "@gradus/prisma/synthesis/synthesis-store";
import { readSurvivors, saveRepeats } from "@gradus/prisma/synthesis/turn-store";
import type { Repeat, SurvivingTurn } from "@gradus/prisma/synthesis/turn-store";
import { freezeProblemSet } from "@gradus/prisma/training/problem-set-store";
import type { ProblemToStore } from "@gradus/prisma/training/problem-set-store";
import type { SynthesisActivities } from "@gradus/workflows";
import { asActivity } from "../../activities/activity.ts";

export const collectProblems =
  ({ sql }: Database): SynthesisActivities["collectProblems"] =>
  ({ synthesisId }) =>
    asActivity(async () => {
      const { spec, projectId } = await readSynthesis(sql, synthesisId);
      const survivors = await readSurvivors(sql, synthesisId);
      const known = (await Promise.all(spec.filters.against.map((set) => readReferences(sql, set)))).flat();
      const repeats = findRepeats(spec, survivors, known);
      await saveRepeats(sql, repeats);
      const repeated = new Set(repeats.map(({ id }) => id));
      const problems = survivors.filter(({ id }) => !repeated.has(id)).map((turn) => asProblem(spec, turn));
      // Nothing may have survived: that is a result too.
      await completeSynthesis(
        sql,
        synthesisId,
        problems.length === 0 ? null : await freezeProblemSet(sql, projectId, synthesisId, problems),
      );
    });

const piecesOf = (source: string): Set<string> => shingles(normaliseSource(source).split(" "));

/**
 * Of several that are alike the first stays, in order of seed and turn. Between seeds a program counts, whatever its message and inputs. Within a
 * seed a rung may tell the same program otherwise or change little of it: only what is the same throughout is a repeat.
 */
export function findRepeats(
  { filters: { nearDuplicate } }: Pick<SynthesisSpec, "filters">,
  survivors: readonly Pick<SurvivingTurn, "id" | "seed" | "content" | "contentHash" | "astHash">[],
  known: readonly { readonly id: string; readonly reference: string }[],
): Repeat[] {
  const evaluation = new NearIndex(nearDuplicate);
  for (const { id, reference } of known) evaluation.add(id, piecesOf(reference));
  const contents = new Map<string, string>();
  const programs = new Map<string, string>();
  const near = new Map<string, NearIndex>();
  const repeats: Repeat[] = [];
  for (const ofSeed of Map.groupBy(survivors, ({ seed }) => seed).values()) {
    const kept: (readonly [id: string, environment: string, astHash: string, pieces: Set<string>])[] = [];
    for (const { id, content, contentHash, astHash } of ofSeed) {
      const { environment } = content;
      const pieces = piecesOf(content.reference);
      const met = evaluation.find(pieces);
      const same = contents.get(contentHash) ?? programs.get(`${environment} ${astHash}`);
      const like = nearDuplicate < 1 ? (near.get(environment)?.find(pieces) ?? null) : null;
      if (met !== null) repeats.push({ id, rejection: "CONTAMINATED", duplicateOf: null, detail: `its program is that of problem ${met}` });
      else if (same !== undefined) repeats.push({ id, rejection: "DUPLICATE", duplicateOf: same, detail: "the same program came before" });
      else if (like !== null)
        repeats.push({ id, rejection: "NEAR_DUPLICATE", duplicateOf: like, detail: "nearly the same program came before" });
      else {
        contents.set(contentHash, id);
        kept.push([id, environment, astHash, pieces]);
      }
    }
    for (const [id, environment, astHash, pieces] of kept) {
      if (!programs.has(`${environment} ${astHash}`)) programs.set(`${environment} ${astHash}`, id);
      const index = near.get(environment) ?? new NearIndex(nearDuplicate);
      near.set(environment, index);
      index.add(id, pieces);
    }
  }
  return repeats;
}

/** A whole chain is held out or none of it: problems of a chain tell of each other. */
function asProblem({ heldOut, seeds }: SynthesisSpec, turn: SurvivingTurn): ProblemToStore {
  const { content, contentHash, astHash, origin, operations, passes, attempts } = turn;
  const passRate = { passes, attempts };
  return {
    ...content,
    contentHash,
    astHash,
    origin,
    operations,
    split: stream(`synthesis/${seeds.seed}/split/${turn.seed}`).next() < heldOut ? "HELD_OUT" : "TRAIN",
    passRate,
    bucket: bucketOf(passRate),
  };
}
