// Owns: laying rows out on the (prompts x samples) grid of a batch: rows of one prompt share its computation. Must not know: graphs, sessions.

/** Up to `samples` rows that share a prompt: one line of a batch's grid. `rows` are indices into the caller's list. */
export interface Lane {
  readonly prompt: readonly number[];
  readonly rows: readonly number[];
}

/** Groups rows by equal prompt, in order of first appearance, cut to lanes of at most `samples` rows. */
export function lanesOf(prompts: readonly (readonly number[])[], samples: number): Lane[] {
  const byPrompt = new Map<string, { readonly prompt: readonly number[]; readonly rows: number[] }>();
  prompts.forEach((prompt, row) => {
    const key = prompt.join();
    const known = byPrompt.get(key);
    if (known === undefined) byPrompt.set(key, { prompt, rows: [row] });
    else known.rows.push(row);
  });
  return [...byPrompt.values()].flatMap(({ prompt, rows }) => chunks(rows, samples).map((part) => ({ prompt, rows: part })));
}

/** Consecutive pieces of at most `size`. */
export function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}

/** Length of a graph's prompt part: the last prompt token belongs to the completion's inputs. At least 1, since no axis may be empty. */
export const promptPartLength = (bucket: number): number => Math.max(bucket - 1, 1);
