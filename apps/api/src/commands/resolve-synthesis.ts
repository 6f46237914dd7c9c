// Owns: a synthesis file's text -> the resolved synthesis, or every reason why not. Must not know: what is stored.
import { SynthesisSpec } from "@gradus/domain";
import { applyScale, OF_SYNTHESES } from "./apply-scale.ts";
import { fieldErrors, Refusal } from "./refusal.ts";
import type { FieldError } from "./refusal.ts";
import { readYaml } from "./resolve-experiment.ts";

/** Every default filled in; resolving it again gives the same. @throws Refusal with path, value and expectation of everything that is wrong */
export function resolveSynthesis(source: string): SynthesisSpec {
  const { written, fields: ofScale } = applyScale(readYaml(source), OF_SYNTHESES);
  const parsed = SynthesisSpec.safeParse(written);
  const fields = [...ofScale, ...(parsed.success ? filePaths(parsed.data) : fieldErrors(parsed.error.issues, written))];
  if (!parsed.success || fields.length > 0)
    throw new Refusal(fields.length === 1 ? "one field is wrong" : `${fields.length} fields are wrong`, fields);
  return parsed.data;
}

/** A path means a file of the client's machine: the client uploads it and writes what it became. */
function filePaths({ student }: SynthesisSpec): FieldError[] {
  if (student.kind !== "policy" || /^sha256:[0-9a-f]{64}$/.test(student.warmStart)) return [];
  return [{ path: "student.warmStart", value: student.warmStart, expected: "sha256:<hash>: upload the file with PUT /blobs/<hash> first" }];
}
