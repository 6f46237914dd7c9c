// Owns: archiving, deleting, restoring and editing runs and experiments. Must not know: GraphQL.
import { isFinished } from "@gradus/domain";
import type { Database } from "@gradus/prisma/database";
import type { ExperimentRow, RunRow } from "@gradus/prisma/rows";
import { archive, edit, markDeleted, restore, trainingRunsOf } from "@gradus/prisma/shelf-store";
import type { Shelved } from "@gradus/prisma/shelf-store";
import type { EditInput } from "../generated/schema-types.ts";
import { Refusal, refuseFields } from "./refusal.ts";
import type { FieldError } from "./refusal.ts";

/** What the API remembers of deletion. */
export interface DeletionSettings {
  /** How long a deleted run or experiment can be restored. */
  readonly keepMs: number;
  /** How often the sweeper looks. */
  readonly everyMs: number;
}

type Row = RunRow | ExperimentRow | null;

function existing<Found extends Row>(of: Shelved, row: Found, id: string): NonNullable<Found> {
  if (row === null)
    throw new Refusal(`there is no ${of.toLowerCase()} ${id}`, [{ path: "id", value: id, expected: `the id of one that exists` }]);
  return row;
}

/** @throws Refusal */
export async function archiveIt({ sql }: Database, of: Shelved, row: Row, id: string): Promise<void> {
  if (existing(of, row, id).deletedAt !== null) throw new Refusal(`${id} is deleted: restore it first`);
  await archive(sql, of, id);
}

/** @throws Refusal */
export async function restoreIt({ sql }: Database, of: Shelved, row: Row, id: string): Promise<void> {
  existing(of, row, id);
  await restore(sql, of, id);
}

/** @throws Refusal where Gradus trains it now: what writes must end first */
export async function deleteIt({ sql }: Database, of: Shelved, row: Row, id: string, { keepMs }: DeletionSettings): Promise<void> {
  const found = existing(of, row, id);
  if ("isExternal" in found) {
    if (!found.isExternal && !isFinished(found.status) && found.status !== "QUEUED")
      throw new Refusal(`run ${id} is ${found.status}: cancel it first`);
  } else {
    const training = await trainingRunsOf(sql, id);
    if (training.length > 0 || found.status === "PREPARING") throw new Refusal(`experiment ${id} is training: cancel it first`);
  }
  await markDeleted(sql, of, id, keepMs);
}

const MOST_NOTES = 100_000;
const MOST_TAGS = 100;

/** @throws Refusal field by field */
export async function editIt({ sql }: Database, of: Shelved, row: Row, { id, name, notes, setTags, removeTags }: EditInput): Promise<void> {
  existing(of, row, id);
  const tags: unknown = setTags ?? {};
  const wrong: FieldError[] = [];
  if (name != null && (name.trim() === "" || name.length > 250)) wrong.push({ path: "name", value: name, expected: "1 to 250 characters" });
  if (notes != null && notes.length > MOST_NOTES) wrong.push({ path: "notes", value: null, expected: `at most ${MOST_NOTES} characters` });
  if (!isTags(tags))
    wrong.push({ path: "setTags", value: tags, expected: `an object of texts, at most ${MOST_TAGS}, names of 1 to 250 characters` });
  for (const [path, text] of Object.entries({ name, notes, setTags: JSON.stringify(tags) }))
    if (text != null && (/\0|\\u0000/.test(text) || !text.isWellFormed())) wrong.push({ path, value: null, expected: "text without NUL" });
  refuseFields(wrong);
  await edit(sql, of, id, { name, notes, setTags: tags as Readonly<Record<string, string>>, removeTags: removeTags ?? [] });
}

const isTags = (tags: unknown): boolean =>
  typeof tags === "object" &&
  tags !== null &&
  !Array.isArray(tags) &&
  Object.keys(tags).length <= MOST_TAGS &&
  Object.entries(tags).every(
    ([key, value]) => key.trim() !== "" && key.length <= 250 && typeof value === "string" && value.length <= 5_000,
  );
