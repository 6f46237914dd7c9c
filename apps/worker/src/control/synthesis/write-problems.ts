// Owns: the teacher's half of a round: one call for every seed that is not done, its reply read and checked, the problem posed. Must not know:
// wires, how students answer.
import { contentHash, environmentNamed, sha256Hex } from "@gradus/domain";
import type { PosedGroup, ProblemContent, ProblemOrigin, SynthesisSpec } from "@gradus/domain";
import { normaliseSource } from "@gradus/domain/normalise-source";
import { nextTurn } from "@gradus/domain/synthesis/progression";
import { studentMessages } from "@gradus/domain/synthesis/student-prompt";
import { readTeacherReply } from "@gradus/domain/synthesis/teacher-reply";
import type { Database } from "@gradus/prisma";
import { readSeeds, readSynthesis } from "@gradus/prisma/synthesis/synthesis-store";
import type { SeedRow } from "@gradus/prisma/synthesis/synthesis-store";
import { readContents, readTurns, saveTurn } from "@gradus/prisma/synthesis/turn-store";
import type { NewTurn, TurnRow } from "@gradus/prisma/synthesis/turn-store";
import { saveGroups } from "@gradus/prisma/training/rollout-store";
import type { SynthesisActivities } from "@gradus/workflows";
import { asActivity } from "../../activities/activity.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { checkWritten } from "../../teacher/check-written.ts";
import type { ModelKeys } from "../../teacher/openai-model.ts";
import { readProgram } from "../../teacher/program.ts";
import { countTokens } from "../../teacher/vocabulary.ts";
import { inLanes } from "./in-lanes.ts";
import { teacherOf } from "./teachers.ts";
import type { Teacher, TeacherTurn } from "./teachers.ts";

interface Deps {
  readonly database: Database;
  readonly sandbox: () => Promise<Sandbox>;
  readonly keys: ModelKeys;
}

export const writeProblems =
  ({ database, sandbox, keys }: Deps): SynthesisActivities["writeProblems"] =>
  ({ synthesisId, batch, turn, scope }) =>
    asActivity(async ({ signal, heartbeat }) => {
      const { sql } = database;
      const { spec, projectId } = await readSynthesis(sql, synthesisId);
      const from = batch * spec.batch;
      const [seeds, known] = await Promise.all([
        readSeeds(sql, synthesisId, from, spec.batch),
        readTurns(sql, synthesisId, from, spec.batch),
      ]);
      const teacher = teacherOf(database, spec, keys);
      const executor = await sandbox();
      const waiting = seeds.flatMap((seed): TeacherTurn[] => {
        const turns = known.filter((one) => one.seed === seed.ordinal);
        const past = turns.filter((one) => one.turn < turn);
        const next = nextTurn(spec, past);
        return next === null || past.length < turns.length ? [] : [{ synthesisId, seed, turn, past, next }];
      });
      let durable = 0;
      await inLanes(waiting, teacher.concurrency, async (at) => {
        signal.throwIfAborted();
        await saveTurn(sql, projectId, await written(spec, teacher, executor, at, signal));
        heartbeat({ durable: ++durable, of: waiting.length });
      });

      const turns = (await readTurns(sql, synthesisId, from, spec.batch)).filter((one) => one.turn === turn);
      const groups = await posed(database, spec, from, turns);
      if (groups.length > 0) await saveGroups(sql, scope, spec.attempts, groups);
      return { written: turns.length, posed: groups.length };
    });

async function written(spec: SynthesisSpec, teacher: Teacher, sandbox: Sandbox, at: TeacherTurn, signal: AbortSignal): Promise<NewTurn> {
  const { synthesisId, seed, turn, past, next } = at;
  const { environment } = seed;
  const said = await teacher.ask(at, signal);
  const row = { synthesisId, seed: seed.ordinal, turn, request: next.request, aim: next.aim.name, written: null, outputs: null };
  if (said.failure !== null) return { ...row, rejection: "NO_REPLY", detail: said.failure };
  const read = readTeacherReply(said.text, { environment, inputs: spec.inputs }, said.isCut);
  if (!read.ok) return { ...row, rejection: "FORMAT", detail: read.problems.join("\n") };
  const checked = await checkWritten(
    read.written,
    { environment, visibleTests: spec.visibleTests, execution: spec.execution },
    sandbox,
    signal,
  );
  const kept = { ...row, written: read.written, outputs: checked.outputs };
  if ("rejection" in checked) return { ...kept, rejection: checked.rejection, detail: checked.detail };
  const { content } = checked;
  const tooLong = beyondPolicy(spec, content);
  if (tooLong !== null) return { ...kept, rejection: "TOO_LARGE", detail: tooLong };
  return {
    ...kept,
    rejection: null,
    detail: null,
    problem: {
      ...content,
      contentHash: contentHash(content),
      astHash: sha256Hex(normaliseSource(content.reference)),
      origin: originOf(spec, teacher, seed, past, content),
      operations: (readProgram(content) ?? []).map(({ operation }) => operation),
      split: "TRAIN",
      passRate: null,
      bucket: null,
    },
  };
}

/** Parent and place among the problems that the seed gave before. */
function originOf(spec: SynthesisSpec, teacher: Teacher, seed: SeedRow, past: readonly TurnRow[], content: ProblemContent): ProblemOrigin {
  const hashes = past.flatMap((one) => one.contentHash ?? []);
  return {
    teacher: teacher.name,
    seed: spec.seeds.seed,
    seedKind: spec.seeds.from.kind,
    ...(seed.text === "" ? {} : { seedSnippet: seed.hash }),
    ...(hashes.length > 0 ? { parentHash: hashes.at(-1)! } : {}),
    chain: hashes[0] ?? contentHash(content),
    rung: hashes.length,
    source: seed.place,
  };
}

/** Counted in the tokens of the embedded policy; other engines say so themselves. */
function beyondPolicy({ student }: SynthesisSpec, content: ProblemContent): string | null {
  if (student.kind !== "policy" || student.engine !== "embedded") return null;
  const tokens = countTokens(environmentNamed(content.environment).pose(content));
  return tokens <= student.maxPromptTokens ? null : `The prompt has ${tokens} tokens, the student reads ${student.maxPromptTokens}!`;
}

async function posed({ sql }: Database, { student }: SynthesisSpec, from: number, turns: readonly TurnRow[]): Promise<PosedGroup[]> {
  const ids = turns.flatMap(({ rejection, problemId }) => (rejection === null && problemId !== null ? [problemId] : []));
  const problems = await readContents(sql, ids);
  return turns.flatMap(({ seed, problemId, rejection }): PosedGroup[] => {
    const content = rejection === null && problemId !== null ? problems.get(problemId) : undefined;
    if (content === undefined || problemId === null) return [];
    const environment = environmentNamed(content.environment);
    const prompt =
      student.kind === "policy"
        ? environment.pose(content)
        : (studentMessages(content.environment as SeedRow["environment"], content)[0]?.content ?? "");
    return [{ ordinal: seed - from, problemId, bucket: null, prompt }];
  });
}
