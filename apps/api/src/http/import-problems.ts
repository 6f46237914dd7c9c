// Owns: POST /import/problems?name=N&project=P: JSON lines of problems, read as a stream, frozen into a set. Must not know: GraphQL, who wrote them.
import { createInterface } from "node:readline";
import {
  bucketOf,
  contentHash,
  MeasuredPassRate,
  ProblemContent,
  ProblemOrigin,
  ProblemSplit,
  SetEnvironment,
  sha256Hex,
} from "@gradus/domain";
import { normaliseSource } from "@gradus/domain/normalise-source";
import type { Database } from "@gradus/prisma/database";
import { freezeProblemSet } from "@gradus/prisma/training/problem-set-store";
import type { ProblemToStore } from "@gradus/prisma/training/problem-set-store";
import { Router } from "express";
import { allow } from "../access/http-access.ts";
import { z } from "zod";

/** One line of an import: what a problem says, and what is known of it. What follows from the rest (hashes, bucket) may be left out. */
const ImportedProblem = ProblemContent.extend({
  environment: SetEnvironment,
  origin: ProblemOrigin.prefault({ teacher: "import" }),
  split: ProblemSplit.default("TRAIN"),
  operations: z.array(z.string()).default([]),
  passRate: MeasuredPassRate.nullable().default(null),
  astHash: z.string().min(1).optional(),
  contentHash: z.string().optional(),
  bucket: z.unknown().optional(),
  id: z.unknown().optional(),
});

/** Longer lines are refused before they are parsed. */
const MAX_LINE_CHARACTERS = 1_000_000;
const MAX_PROBLEMS = 200_000;

export interface ImportResult {
  readonly problemSetId: string;
  readonly contentHash: string;
  readonly imported: number;
  readonly rejected: readonly { readonly line: number; readonly reason: string }[];
}

export function importProblems({ sql, prisma }: Database): Router {
  const routes = Router();
  const rule = allow(sql, ({ query: { project } }) => ({
    scope: "WRITE",
    named: { projects: [typeof project === "string" ? project : "default"] },
    what: "POST /import/problems",
  }));
  routes.post("/import/problems", rule, async (request, response) => {
    const { name, project = "default" } = request.query;
    if (typeof name !== "string" || !/^[a-z0-9][a-z0-9.-]{0,63}$/.test(name))
      return void response.status(400).json({ error: "name: lower-case letters, digits, dots and dashes, at most 64" });
    if (typeof project !== "string" || (await prisma.project.findUnique({ where: { id: project } })) === null)
      return void response.status(404).json({ error: "project: there is none of that id" });

    const problems: ProblemToStore[] = [];
    const rejected: { line: number; reason: string }[] = [];
    const lineOfHash = new Map<string, number>();
    let line = 0;
    for await (const text of createInterface({ input: request, crlfDelay: Infinity })) {
      line++;
      if (text.trim() === "") continue;
      if (problems.length === MAX_PROBLEMS) return void response.status(413).json({ error: `at most ${MAX_PROBLEMS} problems a set` });
      const read = readLine(text);
      const earlier = typeof read === "string" ? undefined : lineOfHash.get(read.contentHash);
      if (typeof read === "string") rejected.push({ line, reason: read });
      else if (earlier !== undefined) rejected.push({ line, reason: `the same problem as line ${earlier}` });
      else {
        lineOfHash.set(read.contentHash, line);
        problems.push(read);
      }
    }
    if (problems.length === 0) return void response.status(400).json({ error: "no line holds a problem", rejected });
    const problemSetId = await freezeProblemSet(sql, project, name, problems);
    const { contentHash: hash } = await prisma.problemSet.findUniqueOrThrow({ where: { id: problemSetId } });
    response.json({ problemSetId, contentHash: hash, imported: problems.length, rejected } satisfies ImportResult);
  });
  return routes;
}

/** The problem of a line, or why it is none. */
function readLine(text: string): ProblemToStore | string {
  if (text.length > MAX_LINE_CHARACTERS) return `longer than ${MAX_LINE_CHARACTERS} characters`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Tolerates any line a client sends: it is reported.
    return "not JSON";
  }
  const parsed = ImportedProblem.safeParse(value);
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join(".") || "line"}: ${message}`).join("; ");
  const { origin, split, operations, passRate, astHash, contentHash: claimed, bucket: _bucket, id: _id, ...content } = parsed.data;
  if (passRate !== null && passRate.passes > passRate.attempts) return "passRate: more passes than attempts";
  if (content.visibleTests > content.tests.length) return "visibleTests: more than there are tests";
  const hash = contentHash(content);
  if (claimed !== undefined && claimed !== hash) return `contentHash: the content hashes to ${hash}`;
  return {
    ...content,
    contentHash: hash,
    astHash: astHash ?? sha256Hex(normaliseSource(content.reference)),
    origin,
    split,
    operations,
    passRate,
    bucket: passRate === null ? null : bucketOf(passRate),
  };
}
