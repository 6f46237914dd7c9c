// An environment of one's own: the quickstart's problems with one example instead of all that may be shown. What is executed, and in which
// sandbox, stays Gradus' business: a module says what the policy reads, which program its completion holds, and what the verdicts are worth.
interface Posed {
  readonly message: string;
  readonly entryPoint: string;
  readonly tests: readonly { readonly kind: string; readonly args?: string; readonly expected?: string }[];
}

export default {
  // Its hash is recorded with the run.
  template: "{message}\n{entryPoint}({args}) == {expected}\n",
  pose(_: unknown, { message, entryPoint, tests }: Posed): string {
    const [first] = tests;
    return `${message}\n${entryPoint}(${first?.args}) == ${first?.expected}\n`;
  },
  // Null: the completion holds no program (NO_ANSWER).
  extract(_: unknown, completion: string, { entryPoint }: Posed): string | null {
    return completion.includes(`def ${entryPoint}(`) ? completion : null;
  },
  // Above 0 is right. Asked about what was executed only: a broken sandbox is never a wrong answer.
  reward(_: unknown, { verdict, tests }: { readonly verdict: string; readonly tests: readonly { readonly verdict: string }[] }): number {
    return verdict === "EXECUTED" && tests.every((test) => test.verdict === "OK") ? 1 : 0;
  },
};
