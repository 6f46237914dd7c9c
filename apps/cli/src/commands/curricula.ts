// Owns: the words and flags of `gradus curricula`. Must not know: how any curriculum works.
import type { Command } from "commander";
import pc from "picocolors";
import { request } from "../client/api-client.ts";
import { findApiUrl } from "../client/api-address.ts";
import { UsedCurriculaDocument } from "../client/generated/operations.ts";
import type { UsedCurriculaQuery } from "../client/generated/operations.ts";
import { type CatalogueEntry, type CatalogueRole, curriculumCatalogue } from "@gradus/domain/curriculum/catalogue";
import { printJson } from "./verb.ts";
import { RefusedError } from "../client/refused.ts";

const TITLES: Readonly<Record<CatalogueRole, string>> = {
  PRESET: "Presets (curriculum: <name>)",
  SAMPLER: "Samplers (curriculum: { sampler: { kind: <name>, ... } })",
  GATE: "Gates (curriculum: { gates: [{ kind: <name>, ... }] })",
  HOOK: "Hooks (curriculum: { <name>: { ... } })",
  ALGORITHM: "Algorithms (training: { algorithm: <name> })",
};

export function registerCurricula(program: Command): void {
  program
    .command("curricula")
    .description("list every preset, sampler, gate, hook and algorithm that an experiment file can name, with its parameters")
    .argument("[name]", "only what is called so")
    .option("--used", "instead: the curricula that experiments have used, with versions and runs; asks the API")
    .option("--api <url>", "with --used: address of the API")
    .option("--json", "print JSON for scripts")
    .addHelpText(
      "after",
      "\nExamples:\n  $ gradus curricula\n  $ gradus curricula adarft\n  $ gradus curricula --json | jq -r '.[] | select(.role == \"SAMPLER\") | .name'\n  $ gradus curricula --used\n\nExit codes: 0 done; 1 it failed; 2 wrong usage or refused; 3 the API cannot be reached",
    )
    .action(async (name: string | undefined, { json = false, used = false, api }: { json?: boolean; used?: boolean; api?: string }) => {
      if (used) {
        const { curricula } = await request(findApiUrl(api), UsedCurriculaDocument, { project: null });
        const asked = curricula.filter((one) => name === undefined || one.name === name);
        if (json) return printJson(asked);
        return void process.stdout.write(asked.map(usedLine).join(""));
      }
      const entries = curriculumCatalogue().filter((entry) => name === undefined || entry.name === name);
      if (entries.length === 0)
        throw new RefusedError(`nothing is called ${name}`, [
          { path: "name", value: name, expected: "a name that `gradus curricula` lists" },
        ]);
      if (json) return printJson(entries);
      const sections = [...Map.groupBy(entries, ({ role }) => role)].map(([role, members]) =>
        [pc.bold(TITLES[role]), ...members.flatMap((entry) => lines(entry, name !== undefined))].join("\n"),
      );
      process.stdout.write(`${sections.join("\n\n")}\n`);
    });
}

function lines({ name, summary, source, hook, parameters, stands }: CatalogueEntry, whole: boolean): string[] {
  return [
    `  ${pc.cyan(name.padEnd(26))} ${summary}${source === "" ? "" : pc.dim(` (${source})`)}`,
    ...parameters.map(
      (parameter) =>
        `      ${parameter.name}: ${parameter.type}${"default" in parameter ? `, default ${JSON.stringify(parameter.default)}` : ", to be given"}`,
    ),
    ...(hook === undefined ? [] : [`      through ${hook}`]),
    ...(whole && stands !== undefined ? [`      ${JSON.stringify(stands)}`] : []),
  ];
}

/** One version of a curriculum, and below it the runs that used it. */
function usedLine({ name, version, contentHash, arms }: UsedCurriculaQuery["curricula"][number]): string {
  const runs = arms.flatMap((arm) => arm.runs);
  const lines = runs.map(({ id, status, stepsDone }) => `  ${id}  ${status}, ${stepsDone} steps\n`);
  return `${pc.cyan(`${name} v${version}`)}  sha256:${contentHash.slice(0, 12)}  ${runs.length} runs\n${lines.join("")}`;
}
