// Owns: how the API said no to what the user asked for. Must not know: any operation.

export interface RefusedField {
  /** Where in the file, as in `arms[1].training.steps`; empty for the whole. */
  readonly path: string;
  readonly value?: unknown;
  readonly expected: string;
}

/** What was asked for is wrong, and nothing was changed: exit code 2. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  readonly fields: readonly RefusedField[];

  constructor(message: string, fields: readonly RefusedField[] = []) {
    super(message);
    this.fields = fields;
  }
}

/** One line a field: path, value, what was expected. */
export function fieldLines(fields: readonly RefusedField[]): string[] {
  return fields.map(({ path, value, expected }) => {
    const given = value === null || value === undefined ? "" : `is ${JSON.stringify(value)}, `;
    return `${path || "(the whole)"}: ${given}expected ${expected}`;
  });
}

/** The part of a result that the mutation promises when it is done. @throws RefusedError */
export function accepted<Key extends string, Result extends { readonly ok: boolean; readonly error?: Refusal | null | undefined }>(
  result: Result & { readonly [K in Key]?: unknown },
  key: Key,
): NonNullable<Result[Key & keyof Result]> {
  const value = result[key as Key & keyof Result];
  if (!result.ok || value === null || value === undefined)
    throw new RefusedError(result.error?.message ?? "refused without a reason", result.error?.fields ?? []);
  return value;
}

interface Refusal {
  readonly message: string;
  readonly fields: readonly RefusedField[];
}
