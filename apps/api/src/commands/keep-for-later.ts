// Owns: saving views of pages and experiment templates. Must not know: GraphQL.
import type { Database } from "@gradus/prisma/database";
import type { ExperimentTemplateRow, SavedViewRow } from "@gradus/prisma/rows";
import { saveTemplate as storeTemplate, saveView as storeView } from "@gradus/prisma/saved-store";
import type { Caller } from "../access/caller.ts";
import type { SaveTemplateInput, SaveViewInput } from "../generated/schema-types.ts";
import { refuseFields } from "./refusal.ts";
import type { FieldError } from "./refusal.ts";
import { resolveExperiment } from "./resolve-experiment.ts";

const MOST_STATE = 100_000;

/** @throws Refusal */
export async function saveView(db: Database, { who }: Caller, { project, page, name, state }: SaveViewInput): Promise<SavedViewRow> {
  const projectId = project ?? "default";
  const wrong = [...nameErrors("name", name), ...nameErrors("page", page), ...(await projectErrors(db, projectId))];
  const text = JSON.stringify(state);
  if (typeof state !== "object" || state === null || text.length > MOST_STATE || /\\u0000/.test(text))
    wrong.push({ path: "state", value: null, expected: `an object of at most ${MOST_STATE} characters as JSON` });
  refuseFields(wrong);
  return storeView(db, { projectId, page, name, state: state as object, createdBy: who });
}

/** The file must resolve: a template that cannot be run helps nobody. @throws Refusal with what is wrong in the file */
export async function saveTemplate(db: Database, { who }: Caller, input: SaveTemplateInput): Promise<ExperimentTemplateRow> {
  const { project, name, description, source } = input;
  const projectId = project ?? "default";
  refuseFields([...nameErrors("name", name), ...(await projectErrors(db, projectId))]);
  resolveExperiment(source);
  return storeTemplate(db, { projectId, name, description: description ?? "", source, createdBy: who });
}

const nameErrors = (path: string, value: string): FieldError[] =>
  value.trim() !== "" && value.length <= 200 && !value.includes("\0")
    ? []
    : [{ path, value: value.slice(0, 200), expected: "1 to 200 characters" }];

async function projectErrors({ prisma }: Database, id: string): Promise<FieldError[]> {
  const known = await prisma.project.findUnique({ where: { id }, select: { id: true } });
  return known === null ? [{ path: "project", value: id, expected: "the id of a project that exists" }] : [];
}
