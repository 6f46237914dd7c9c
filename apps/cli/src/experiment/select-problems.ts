// Owns: which of the lines read become problems of a set: those in the window of days and in no evaluation set. Must not know: formats, the API.
import type { Contamination, contaminationIndex } from "@gradus/domain/importer/contamination";
import type { ImportedLine, ImportedProblem } from "@gradus/domain/importer/jsonl";

export interface SelectionTally {
  kept: number;
  outsideWindow: number;
  readonly unread: { line: number; reason: string }[];
  readonly contaminated: ({ line: number } & Contamination)[];
}

export interface Selection {
  readonly problems: AsyncIterable<ImportedProblem>;
  /** Complete when `problems` is at its end. */
  readonly tally: SelectionTally;
}

interface Wanted {
  /** Days, included. With either, a problem without a day is outside. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly index: ReturnType<typeof contaminationIndex> | null;
}

/** Streams: a line is decided when it is read. */
export function selectProblems(lines: AsyncIterable<ImportedLine>, { from, to, index }: Wanted): Selection {
  const tally: SelectionTally = { kept: 0, outsideWindow: 0, unread: [], contaminated: [] };
  const outside = (date: string | undefined): boolean =>
    (from !== undefined && (date === undefined || date < from)) || (to !== undefined && (date === undefined || date > to));
  async function* selected(): AsyncGenerator<ImportedProblem> {
    for await (const one of lines) {
      if (!one.ok) {
        tally.unread.push({ line: one.line, reason: one.reason });
        continue;
      }
      const { problem } = one;
      const met = index?.find(problem.content) ?? null;
      if (outside(problem.origin.date)) tally.outsideWindow++;
      else if (met !== null) tally.contaminated.push({ line: one.line, ...met });
      else {
        tally.kept++;
        yield problem;
      }
    }
  }
  return { problems: selected(), tally };
}
