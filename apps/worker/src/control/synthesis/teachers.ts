// Owns: asking whichever teacher a synthesis has for one turn of one seed. Must not know: what becomes of the reply.
import type { NextTurn } from "@gradus/domain/synthesis/progression";
import { sha256Hex, stream } from "@gradus/domain";
import type { SynthesisSpec } from "@gradus/domain";
import { teacherMessages, teacherPromptHash } from "@gradus/domain/synthesis/teacher-prompt";
import type { LastTurn } from "@gradus/domain/synthesis/teacher-prompt";
import type { Database } from "@gradus/prisma";
import type { SeedRow } from "@gradus/prisma/synthesis/synthesis-store";
import { readExamples, turnId } from "@gradus/prisma/synthesis/turn-store";
import type { TurnRow } from "@gradus/prisma/synthesis/turn-store";
import { GRAMMAR_TEACHER, INPUTS } from "../../teacher/generate.ts";
import { grammarReply } from "../../teacher/grammar-reply.ts";
import type { LanguageModel } from "../../teacher/language-model.ts";
import { openaiModel } from "../../teacher/openai-model.ts";
import type { ModelKeys } from "../../teacher/openai-model.ts";
import { operationsIn } from "../../teacher/snippets.ts";
import { askModel } from "./ask-model.ts";

export interface TeacherTurn {
  readonly synthesisId: string;
  readonly seed: SeedRow;
  readonly turn: number;
  /** Earlier turns of the seed, in order. */
  readonly past: readonly TurnRow[];
  readonly next: NextTurn;
}

export interface Said {
  readonly text: string;
  readonly isCut: boolean;
  /** Set where there is no reply, and will be none. */
  readonly failure: string | null;
}

export interface Teacher {
  readonly name: string;
  readonly concurrency: number;
  ask(turn: TeacherTurn, signal: AbortSignal): Promise<Said>;
}

/** Examples of each kind that a teacher is shown (paper App. E.1). */
const EXAMPLES = 2;
/** Of one example: a student that does not stop must not fill the prompt. */
const EXAMPLE_CHARACTERS = 2_000;

export function teacherOf(database: Database, spec: SynthesisSpec, keys: ModelKeys): Teacher {
  return spec.teacher.kind === "grammar" ? grammarTeacher(database, spec) : modelTeacher(database, spec, openaiModel(spec.teacher, keys));
}

/** A number of 31 bits for a place. */
export const drawnNumber = (place: string): number => stream(place).int(0x7fffffff);

function modelTeacher(database: Database, spec: SynthesisSpec, model: LanguageModel): Teacher {
  return {
    name: model.name,
    concurrency: model.concurrency,
    async ask({ synthesisId, seed, turn, past, next }, signal) {
      const subject = turnId(synthesisId, seed.ordinal, turn);
      const { environment } = seed;
      const answered = await askModel(
        database,
        model,
        {
          id: `${subject}/teacher`,
          synthesisId,
          role: "TEACHER",
          subject,
          promptHash: teacherPromptHash(environment),
          messages: teacherMessages({
            environment,
            inputs: spec.inputs,
            seedText: seed.text,
            next,
            last: await lastTurn(database, past.at(-1)),
          }),
          seed: drawnNumber(`synthesis/${spec.seeds.seed}/teacher/${seed.ordinal}/${turn}`),
        },
        signal,
      );
      if (answered.reply === null) return { text: "", isCut: false, failure: answered.failure };
      return { text: answered.reply.text, isCut: answered.reply.finishReason === "length", failure: null };
    },
  };
}

async function lastTurn({ sql }: Database, last: TurnRow | undefined): Promise<LastTurn | null> {
  if (last === undefined) return null;
  const { written, outputs, detail, passes, attempts, groupId } = last;
  const examples = async (passed: boolean): Promise<string[]> =>
    groupId === null ? [] : (await readExamples(sql, groupId, passed, EXAMPLES)).map((text) => text.slice(0, EXAMPLE_CHARACTERS));
  return {
    written,
    outputs,
    // What the student's attempts say is told with them.
    problems: detail === null || attempts !== null ? [] : detail.split("\n"),
    passes,
    attempts,
    solved: await examples(true),
    failed: await examples(false),
  };
}

/** The embedded teacher goes through the same book-keeping: its replies cost nothing and are made again wherever they are asked for. */
function grammarTeacher(database: Database, spec: SynthesisSpec): Teacher {
  const fromHard = spec.progression === "chain";
  return {
    name: GRAMMAR_TEACHER,
    concurrency: 4,
    async ask({ synthesisId, seed, turn, past, next }, signal) {
      const ask = {
        // Apart by more than a chain has turns: every turn draws from a seed of its own.
        seed: drawnNumber(`synthesis/${spec.seeds.seed}/grammar/${seed.ordinal}`),
        environment: seed.environment,
        requests: [...past.map(({ request }) => request), next.request],
        fromHard,
        operations: operationsIn(seed.text),
        // What was asked before this could be chosen is asked in the same words, and so answered by the same stored reply.
        ...(spec.inputs === INPUTS ? {} : { inputs: spec.inputs }),
      };
      const model: LanguageModel = {
        name: GRAMMAR_TEACHER,
        settings: { model: GRAMMAR_TEACHER, ask },
        concurrency: 4,
        pricePerMillion: { prompt: 0, completion: 0 },
        ask: async () => ({
          text: grammarReply(ask),
          reasoning: "",
          finishReason: "stop",
          promptTokens: 0,
          completionTokens: 0,
          reasoningTokens: 0,
          tries: 1,
        }),
      };
      const subject = turnId(synthesisId, seed.ordinal, turn);
      const question = { id: `${subject}/teacher`, synthesisId, role: "TEACHER", subject, promptHash: sha256Hex(GRAMMAR_TEACHER) } as const;
      const answered = await askModel(database, model, { ...question, messages: [], seed: ask.seed }, signal);
      return { text: answered.reply?.text ?? "", isCut: false, failure: null };
    },
  };
}
