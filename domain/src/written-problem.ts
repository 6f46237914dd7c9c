// Owns: a problem as somebody wrote it, before anything is known of it. Must not know: who wrote it, how it is checked.

export interface WrittenProblem {
  readonly program: string;
  /** Python argument lists. */
  readonly inputs: readonly string[];
  /** Empty where the environment has none. */
  readonly message: string;
}
