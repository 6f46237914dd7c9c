// Owns: the hostile suite as a contract that every backend keeps: nothing is rewarded, outlives its limit, or touches a neighbour.
import type { HiddenTest } from "@gradus/domain/problem";
import type { ExecutionResult } from "@gradus/domain/verdict";
import { judge, probesOf } from "@gradus/worker/sandbox/judge";
import type { Sandbox, SandboxLimits } from "@gradus/worker/sandbox/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOSTILE_PROGRAMS, SECRET } from "./hostile-programs.ts";
import { descendants } from "./processes.ts";

const LIMITS: SandboxLimits = { cpuMs: 400, wallMs: 2_000, memoryMb: 96, outputBytes: 32 * 1024 };

export interface HostileContract {
  readonly make: () => Promise<Sandbox>;
  readonly exactVerdicts: boolean;
  /** Whether honest programs run beside each hostile one, or only after it (a backend that takes half a second each). */
  readonly neighbours?: boolean;
  /** Programs that this backend answers differently, with the reason; docs/sandbox.md lists the same. */
  readonly differences?: Readonly<Record<string, string>>;
  readonly limits?: SandboxLimits;
}

const python = (value: string): string => JSON.stringify(value);
const honest = { source: "def f(x):\n    return sorted(x)", tests: [{ kind: "call", args: "[3, 1, 2]", expected: "[1, 2, 3]" }] } as const;

export function hostileSuite(name: string, contract: HostileContract): void {
  describe(`${name}, against hostile programs`, () => {
    let sandbox: Sandbox;
    let before: number;
    beforeAll(async () => {
      sandbox = await contract.make();
      await Promise.all(Array.from({ length: sandbox.slots }, () => run(sandbox, honest.source, honest.tests)));
      before = descendants(process.pid);
    });
    afterAll(() => sandbox.close());

    const limits = contract.limits ?? LIMITS;
    const run = async (on: Sandbox, source: string, tests: readonly HiddenTest[]): Promise<ExecutionResult> =>
      judge(await on.execute({ language: "python", source, probes: probesOf("f", tests), limits }), tests);

    it.each(HOSTILE_PROGRAMS)("$name earns nothing and changes nothing", async ({ name: program, kind, source, verdicts }) => {
      const expected = kind === "SCOUT" ? "[]" : python(SECRET);
      const tests = [1, 2].map((input) => ({ kind: "call", args: String(input), expected }) as const);
      const neighbours = (contract.neighbours === false ? [] : [honest, honest]).map((neighbour) =>
        run(sandbox, neighbour.source, neighbour.tests),
      );
      const execution = await sandbox.execute({ language: "python", source, probes: probesOf("f", tests), limits });
      const result = judge(execution, tests);
      const [first] = result.tests;
      const shown = `${result.verdict} ${first?.verdict} ${first?.detail ?? ""} ${JSON.stringify(execution.probes[0])} ${execution.detail ?? ""}`;
      expect(result.verdict, shown).toBe("EXECUTED");
      // The limit is looked at every few milliseconds, or every 50, in a tree of up to 32 processes on a busy machine.
      expect(execution.cpuMs, shown).toBeLessThan(3 * limits.cpuMs);
      if (contract.differences?.[program] !== undefined)
        expect(first?.verdict === "OK", shown).toBe(kind === "SCOUT" && first?.verdict === "OK");
      else if (kind === "SCOUT") expect(first?.verdict, shown).toBe("OK");
      else if (contract.exactVerdicts) expect(verdicts, shown).toContain(first?.verdict);
      else expect(first?.verdict, shown).not.toBe("OK");
      for (const neighbour of await Promise.all(neighbours)) expect(neighbour.tests[0]?.verdict).toBe("OK");
      expect((await run(sandbox, honest.source, honest.tests)).tests[0]?.verdict).toBe("OK");
      await expect.poll(() => descendants(process.pid), { timeout: 30_000 }).toBeLessThanOrEqual(before);
    });

    it("leaves no process of theirs behind, and no slot that had to be replaced", () => {
      expect(descendants(process.pid)).toBeLessThanOrEqual(before);
      expect(sandbox.load()).toMatchObject({ sandboxErrors: 0, replacedSlots: 0, leakedProcesses: 0 });
    });
  });
}
