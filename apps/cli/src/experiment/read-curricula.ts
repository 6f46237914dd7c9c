// Owns: which curricula a word on the command line means: a preset, a file of one, or the arms of an experiment file. Must not know: how they work.
import { existsSync } from "node:fs";
import { parseDocument } from "yaml";
import { CurriculumSpec } from "@gradus/domain/curriculum/curriculum-spec";
import { resolveCurriculum } from "@gradus/domain/curriculum/presets";
import { RefusedError } from "../client/refused.ts";
import { readWhole } from "../client/upload.ts";

export interface NamedCurriculum {
  readonly name: string;
  readonly spec: CurriculumSpec;
}

/** A file wins over a name. @throws RefusedError for a name that is none and a file that holds none, with the path of what is wrong */
export async function readCurricula(nameOrFile: string): Promise<NamedCurriculum[]> {
  if (!existsSync(nameOrFile)) return [{ name: nameOrFile, spec: parsed(nameOrFile, nameOrFile) }];
  const document = parseDocument((await readWhole(nameOrFile)).toString("utf8"));
  const [error] = document.errors;
  if (error !== undefined)
    throw new RefusedError(`${nameOrFile} is neither YAML nor JSON`, [{ path: nameOrFile, expected: error.message }]);
  const written: unknown = document.toJS({ maxAliasCount: 100 });
  const arms = isRecord(written) && Array.isArray(written["arms"]) ? written["arms"].filter(isRecord) : null;
  if (arms === null) return [{ name: nameOrFile, spec: parsed(written, nameOrFile) }];
  return arms.map((arm, i) => ({
    name: typeof arm["name"] === "string" ? arm["name"] : `arm ${i + 1}`,
    spec: parsed(arm["curriculum"], `arms.${i}.curriculum`),
  }));
}

function parsed(value: unknown, at: string): CurriculumSpec {
  if (typeof value === "string") {
    try {
      return resolveCurriculum(value);
    } catch (error) {
      // Tolerates a name that is none: it is reported with the names there are.
      if (!(error instanceof RangeError)) throw error;
      throw new RefusedError(`${at}: ${error.message}`, [
        { path: at, expected: "a file, or the name of a preset or a sampler (gradus curricula)" },
      ]);
    }
  }
  if (hasOwnModule(value))
    throw new RefusedError(`${at} has a module of your own`, [
      { path: at, expected: "built-in kinds: your own code is loaded by workers alone (docs/own-modules.md)" },
    ]);
  const result = CurriculumSpec.safeParse(value);
  if (result.success) return result.data;
  const fields = result.error.issues.map(({ path, message }) => ({
    path: [at, ...path].join("."),
    expected: message.replace(/^(?:[A-Z][\w ]*: )?expected /, ""),
  }));
  throw new RefusedError(`${at} is no curriculum`, fields);
}

function hasOwnModule(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const gates: unknown = value["gates"];
  return [value["sampler"], ...(Array.isArray(gates) ? (gates as unknown[]) : [])].some(
    (kind) => isRecord(kind) && kind["kind"] === "module",
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
