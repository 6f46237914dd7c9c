// Owns: the formats that `gradus import` reads, by their names on the command line. Must not know: how any is read, the API.
import { inflateSync } from "node:zlib";
import { ProblemContent, ProblemOrigin, SetEnvironment } from "@gradus/domain";
import { importApps } from "@gradus/domain/importer/apps";
import { importCodeContests } from "@gradus/domain/importer/code-contests";
import { importFinalAnswers } from "@gradus/domain/importer/final-answers";
import { importHumanEval } from "@gradus/domain/importer/humaneval";
import { importLines } from "@gradus/domain/importer/jsonl";
import type { ImportedLine } from "@gradus/domain/importer/jsonl";
import { importKodCode } from "@gradus/domain/importer/kod-code";
import { importLiveCodeBench } from "@gradus/domain/importer/live-code-bench";
import { importMbpp } from "@gradus/domain/importer/mbpp";
import { MeasuredPassRate } from "@gradus/domain/problem";

type Reader = (lines: AsyncIterable<string>) => AsyncGenerator<ImportedLine>;

/** Adding a format is adding its line. */
export const IMPORT_FORMATS: Readonly<Record<string, Reader>> = {
  humaneval: importHumanEval,
  mbpp: importMbpp,
  apps: importApps,
  taco: importApps,
  "code-contests": importCodeContests,
  "live-code-bench": (lines) => importLiveCodeBench(lines, inflateSync),
  "kod-code": importKodCode,
  math500: importFinalAnswers,
  aime: importFinalAnswers,
  gradus: importGradus,
};

/** Problems in our own words (docs/problem-format.md). What the API works out by itself may stand there too, and is worked out anew. */
const Line = ProblemContent.extend({
  environment: SetEnvironment,
  origin: ProblemOrigin.prefault({ teacher: "import" }),
  passRate: MeasuredPassRate.nullish(),
}).loose();

function importGradus(lines: AsyncIterable<string>): AsyncGenerator<ImportedLine> {
  return importLines(lines, Line, ({ origin, passRate, ...row }) => {
    const fields = Object.entries(row);
    const known = Object.fromEntries(fields.filter(([key]) => key in ProblemContent.shape));
    const rest = Object.fromEntries(fields.filter(([key]) => !(key in ProblemContent.shape)));
    return { content: ProblemContent.parse(known), origin, rest, ...(passRate ? { passRate } : {}) };
  });
}
