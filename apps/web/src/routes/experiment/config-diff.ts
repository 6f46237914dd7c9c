// Owns: in what configurations differ, key by key. Must not know: components.

export interface DiffRow {
  /** As in `training.groupSize`. */
  readonly path: string;
  /** As JSON, in the order of the configurations; null where one has no such key. */
  readonly values: readonly (string | null)[];
}

/** Rows for keys in which not all agree; all keys where `all`. Lists and leaves are compared whole. */
export function configDiff(configurations: readonly unknown[], all = false): DiffRow[] {
  const flat = configurations.map((one) => flattened(one));
  const paths = [...new Set(flat.flatMap((one) => [...one.keys()]))].sort();
  return paths
    .map((path) => ({ path, values: flat.map((one) => one.get(path) ?? null) }))
    .filter(({ values }) => all || new Set(values).size > 1);
}

function flattened(value: unknown, path = "", into = new Map<string, string>()): Map<string, string> {
  if (value !== null && typeof value === "object" && !Array.isArray(value) && Object.keys(value).length > 0)
    for (const [key, inner] of Object.entries(value)) flattened(inner, path === "" ? key : `${path}.${key}`, into);
  else into.set(path, JSON.stringify(value) ?? "null");
  return into;
}
