// Owns: the fields of Problem, most of which are inside its content.
import { ProblemContent, ProblemOrigin } from "@gradus/domain";
import type { ProblemRow } from "@gradus/prisma/rows";
import type { ProblemResolvers } from "../generated/schema-types.ts";
import { globalIdOf } from "../global-id.ts";

const MOST_POINTS = 10_000;
const contents = new WeakMap<ProblemRow, ProblemContent>();

/** Parsed once a row, whichever of its fields are asked for. */
function contentOf(row: ProblemRow): ProblemContent {
  const content = contents.get(row) ?? ProblemContent.parse(row.content);
  contents.set(row, content);
  return content;
}

export const Problem: ProblemResolvers = {
  globalId: ({ id }) => globalIdOf("Problem", id),
  message: (row) => contentOf(row).message,
  entryPoint: (row) => contentOf(row).entryPoint,
  reference: (row) => contentOf(row).reference,
  visibleTests: (row) => contentOf(row).visibleTests,
  tests: (row) =>
    contentOf(row).tests.map((test) =>
      test.kind === "call"
        ? { args: test.args, expected: test.expected, source: null }
        : { args: null, expected: null, source: test.source },
    ),
  origin: (row) => {
    const {
      teacher,
      seed = null,
      seedSnippet = null,
      seedKind = null,
      source = null,
      difficulty = null,
      date = null,
    } = ProblemOrigin.parse(row.origin);
    return { teacher, seed, seedSnippet, seedKind, source, difficulty, date };
  },
  difficulty: async ({ id }, { runIds, experimentId }, { load }) =>
    (await load.triesOfProblem(id, { runIds: runIds ?? null, experimentId: experimentId ?? null })).slice(0, MOST_POINTS),
  memberships: async ({ id }, _args, { load }) => [...(await load.membershipsOfProblem.load(id))],
  parent: ({ parentId }, _args, { load }) => (parentId === null ? null : load.problem.load(parentId)),
};
