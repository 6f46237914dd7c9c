// Owns: rows of what people keep for later: views of pages, files to begin an experiment from. Must not know: what pages or files say.
import type { Database } from "./database.ts";
import type { ExperimentTemplateRow, SavedViewRow } from "./rows.ts";

type NewView = Pick<SavedViewRow, "projectId" | "page" | "name" | "createdBy"> & { readonly state: object };

/** By page and name. */
export const readSavedViews = (
  { prisma }: Database,
  { project, page }: { readonly project?: string | null | undefined; readonly page?: string | null | undefined },
): Promise<SavedViewRow[]> =>
  prisma.savedView.findMany({
    where: { ...(project ? { projectId: project } : {}), ...(page ? { page } : {}) },
    orderBy: [{ page: "asc" }, { name: "asc" }, { projectId: "asc" }],
  });

export const readSavedViewsById = ({ prisma }: Database, ids: readonly string[]): Promise<SavedViewRow[]> =>
  prisma.savedView.findMany({ where: { id: { in: [...ids] } } });

/** The same page and name is the same view: it is replaced. */
export const saveView = ({ prisma }: Database, { state, ...view }: NewView): Promise<SavedViewRow> =>
  prisma.savedView.upsert({
    where: { projectId_page_name: { projectId: view.projectId, page: view.page, name: view.name } },
    create: { ...view, id: crypto.randomUUID(), state },
    update: { state, updatedAt: new Date() },
  });

export const deleteView = ({ prisma }: Database, id: string): Promise<unknown> => prisma.savedView.deleteMany({ where: { id } });

type NewTemplate = Pick<ExperimentTemplateRow, "projectId" | "name" | "description" | "source" | "createdBy">;

/** By name. */
export const readTemplates = ({ prisma }: Database, project: string | null | undefined): Promise<ExperimentTemplateRow[]> =>
  prisma.experimentTemplate.findMany({ where: project ? { projectId: project } : {}, orderBy: [{ name: "asc" }, { projectId: "asc" }] });

export const readTemplatesById = ({ prisma }: Database, ids: readonly string[]): Promise<ExperimentTemplateRow[]> =>
  prisma.experimentTemplate.findMany({ where: { id: { in: [...ids] } } });

/** The same name is the same template: it is replaced. */
export const saveTemplate = ({ prisma }: Database, template: NewTemplate): Promise<ExperimentTemplateRow> =>
  prisma.experimentTemplate.upsert({
    where: { projectId_name: { projectId: template.projectId, name: template.name } },
    create: { ...template, id: crypto.randomUUID() },
    update: { source: template.source, description: template.description, updatedAt: new Date() },
  });

export const deleteTemplate = ({ prisma }: Database, id: string): Promise<unknown> =>
  prisma.experimentTemplate.deleteMany({ where: { id } });
