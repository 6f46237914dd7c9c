// A sampler of one's own: always the problems that were drawn longest ago. State is JSON and changes in `observe` alone, so that a run which was
// killed draws the same again. `random` would be context.random; this rule needs none.
// Types are erased; a module is one file and may import from node: only.
interface Pool {
  readonly problems: readonly { readonly id: string; readonly passRate: { readonly passes: number; readonly attempts: number } | null }[];
}

export default {
  start: () => ({ turn: 0, last: {} as Record<string, number> }),
  draw(
    { easiest = 0 }: { readonly easiest?: number },
    state: { readonly last: Readonly<Record<string, number>> },
    { pool, count }: { readonly pool: Pool; readonly count: number },
  ): string[] {
    const fits = pool.problems.filter(({ passRate }) => passRate === null || passRate.passes / passRate.attempts >= easiest);
    const order = fits.toSorted((a, b) => (state.last[a.id] ?? 0) - (state.last[b.id] ?? 0) || (a.id < b.id ? -1 : 1));
    return Array.from({ length: count }, (_, at) => order[at % order.length]!.id);
  },
  observe(_: unknown, state: { turn: number; last: Record<string, number> }, outcome: { readonly problemId: string }): void {
    state.turn += 1;
    state.last[outcome.problemId] = state.turn;
  },
  metrics: (_: unknown, state: { readonly last: object }) => ({ seen: Object.keys(state.last).length }),
};
