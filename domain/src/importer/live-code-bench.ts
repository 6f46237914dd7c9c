// Owns: the LiveCodeBench format (Jain et al. 2024), its packed private tests included. Must not know: files, how bytes are inflated.
import { z } from "zod";
import { contestContent } from "./contest-tests.ts";
import { importLines, labelled, type ImportedLine, type ImportedProblem } from "./jsonl.ts";

const Case = z.looseObject({ input: z.string(), output: z.string(), testtype: z.enum(["stdin", "functional"]) });
const Row = z.looseObject({
  question_id: z.union([z.string(), z.number()]),
  question_content: z.string().min(1),
  difficulty: z.string().nullish(),
  contest_date: z.string().regex(/^\d{4}-\d{2}-\d{2}/, "must begin with a day, YYYY-MM-DD"),
  starter_code: z.string().default(""),
  public_test_cases: z.string().default("[]"),
  private_test_cases: z.string().default("[]"),
  metadata: z.string().default("{}"),
});

/** Undoes zlib. */
export type Inflate = (bytes: Uint8Array) => Uint8Array;

export function importLiveCodeBench(lines: AsyncIterable<string> | Iterable<string>, inflate: Inflate): AsyncGenerator<ImportedLine> {
  return importLines(lines, Row, (row) => toProblem(row, inflate));
}

function toProblem(row: z.infer<typeof Row>, inflate: Inflate): ImportedProblem {
  const shown = casesOf("public_test_cases", row.public_test_cases, inflate);
  const cases = [...shown, ...casesOf("private_test_cases", row.private_test_cases, inflate)];
  const kinds = new Set(cases.map(({ testtype }) => testtype));
  if (kinds.size > 1) throw new Error("test cases: some are stdin and some are functional");
  const metadata: unknown = JSON.parse(row.metadata || "{}");
  const named = kinds.has("functional") ? z.looseObject({ func_name: z.string().min(1) }).safeParse(metadata) : null;
  if (named?.success === false) throw new Error("metadata: functional tests need func_name");
  // A function's arguments are JSON, one a line.
  const pairs = cases.map(({ input, output }) =>
    named === null
      ? ([input, output] as const)
      : ([input.split("\n").map((line) => JSON.parse(line) as unknown), JSON.parse(output)] as const),
  );
  const starter = row.starter_code.trim();
  return {
    content: contestContent(starter === "" ? row.question_content : `${row.question_content.trim()}\n\n${starter}`, "", {
      functionName: named?.data?.func_name,
      pairs,
      // The question has the public examples already.
      visible: 0,
    }),
    origin: {
      teacher: "import",
      source: `live-code-bench/${row.question_id}`,
      date: row.contest_date.slice(0, 10),
      ...labelled(row.difficulty),
    },
  };
}

function casesOf(field: string, text: string, inflate: Inflate): z.infer<typeof Case>[] {
  const json = text.trimStart().startsWith("[") ? text : unpickle(inflate(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))));
  const parsed = z.array(Case).safeParse(JSON.parse(json));
  if (!parsed.success) throw new Error(`${field}: ${parsed.error.issues[0]?.message ?? "wrong"}`);
  return parsed.data;
}

/** The text in a pickle that holds one text and nothing else: nothing of a pickle is ever run. Throws Error for any other. */
export function unpickle(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = bytes[0] === 0x80 ? 2 : 0;
  // FRAME, then one of BINUNICODE, SHORT_BINUNICODE, BINUNICODE8.
  if (bytes[at] === 0x95) at += 9;
  const sizes: Readonly<Record<number, readonly [width: number, read: (from: number) => number]>> = {
    0x58: [4, (from) => view.getUint32(from, true)],
    0x8c: [1, (from) => view.getUint8(from)],
    0x8d: [8, (from) => Number(view.getBigUint64(from, true))],
  };
  const [width, read] = sizes[bytes[at] ?? 0] ?? [];
  if (width === undefined || read === undefined) throw new Error("private_test_cases: not a pickled text");
  const from = at + 1 + width;
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(from, from + read(at + 1)));
}
