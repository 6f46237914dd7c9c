// Owns: what a user's module must export to stand for a sampler, a gate, a reward or an environment, held to it at every call.
// Must not know: files, runs.
import { ConfigurationError, EXACT } from "@gradus/domain";
import type { AnyGate, AnySampler, Environment, GateDecision, ModuleKind, ModuleRef, OwnReward } from "@gradus/domain";

type Members = Readonly<Record<string, unknown>>;
type Call = (...args: readonly unknown[]) => unknown;

/** Functions that each kind of module exports in one default object; the second list may be left out. */
const EXPORTS = {
  sampler: [["draw"], ["start", "observe", "metrics", "warnings"]],
  gate: [["admit"], ["start"]],
  reward: [["reward"], []],
  environment: [["pose", "extract", "reward"], ["demonstration"]],
} as const satisfies Readonly<Record<string, readonly [readonly string[], readonly string[]]>>;

/** `exported` is the module's default export. @throws ConfigurationError naming file and member */
export function asSampler(ref: ModuleKind, exported: unknown): AnySampler {
  const own = membersOf("sampler", ref, exported);
  const { parameters } = ref;
  return {
    kind: "module",
    summary: ref.module,
    source: `sha256:${ref.hash}`,
    parameters: undefined as never,
    start: (_, context) => guarded(ref, "start", () => own.start?.(parameters, context) ?? {}),
    draw: (_, state, context) =>
      guarded(ref, "draw", () => {
        const drawn = own.draw!(parameters, state, context);
        const ids = Array.isArray(drawn) ? (drawn as unknown[]) : null;
        const { byId } = context.pool;
        if (ids === null || ids.length !== context.count || !ids.every((id) => typeof id === "string" && byId.has(id)))
          throw wrong(ref, "draw", `an array of context.count = ${context.count} ids of problems in context.pool`, drawn);
        return ids as string[];
      }),
    ...(own.observe && {
      observe: (_: unknown, state: unknown, outcome: unknown, context: unknown) =>
        void guarded(ref, "observe", () => own.observe!(parameters, state, outcome, context)),
    }),
    ...(own.metrics && {
      metrics: (_: unknown, state: unknown, context: unknown) =>
        guarded(ref, "metrics", () => {
          const metrics = own.metrics!(parameters, state, context);
          if (!isRecord(metrics) || !Object.values(metrics).every((value) => typeof value === "number"))
            throw wrong(ref, "metrics", "an object of numbers", metrics);
          return metrics as Record<string, number>;
        }),
    }),
    ...(own.warnings && {
      warnings: (_: unknown, context: unknown) => guarded(ref, "warnings", () => own.warnings!(parameters, context) as string[]),
    }),
  };
}

/** As `asSampler`. `admit` returns true, or a reason in SCREAMING_SNAKE for which the group is refused. */
export function asGate(ref: ModuleKind, exported: unknown): AnyGate {
  const own = membersOf("gate", ref, exported);
  const { parameters } = ref;
  return {
    kind: "module",
    summary: ref.module,
    source: `sha256:${ref.hash}`,
    parameters: undefined as never,
    start: (_, context) => guarded(ref, "start", () => own.start?.(parameters, context) ?? {}),
    admit: (_, state, outcome, context) =>
      guarded(ref, "admit", (): GateDecision => {
        const said = own.admit!(parameters, state, outcome, context);
        if (said === true) return { admitted: true, reason: null };
        if (typeof said === "string" && /^[A-Z][A-Z0-9_]{0,63}$/.test(said)) return { admitted: false, reason: said };
        throw wrong(ref, "admit", "true, or the reason of a refusal such as TOO_EASY", said);
      }),
  };
}

/** As `asSampler`. */
export function asReward(ref: ModuleKind, exported: unknown): OwnReward {
  const own = membersOf("reward", ref, exported);
  return (rollout) =>
    guarded(ref, "reward", () => {
      const reward = own.reward!(ref.parameters, rollout);
      if (reward === null || (typeof reward === "number" && Number.isFinite(reward))) return reward;
      throw wrong(ref, "reward", "a finite number, or null for a rollout that is not credited", reward);
    });
}

/** As `asSampler`. Its `reward` is asked about what was executed only: a broken sandbox stays one. */
export function asEnvironment(ref: ModuleRef, name: Environment["name"], exported: unknown): Environment {
  const own = membersOf("environment", ref, exported);
  const { template, judging } = exported as Members;
  if (typeof template !== "string") throw wrong(ref, "template", "the prompt with its {placeholders}, a text", template);
  const { parameters } = ref;
  const text = (member: "pose" | "extract" | "demonstration", ...args: readonly unknown[]): string | null =>
    guarded(ref, member, () => {
      const said = own[member]!(parameters, ...args);
      if (typeof said === "string" || (said === null && member !== "pose")) return said;
      throw wrong(ref, member, member === "pose" ? "a text" : "a text or null", said);
    });
  return {
    name,
    summary: ref.module,
    template,
    pose: (problem) => text("pose", problem) ?? "",
    extract: (completion, problem) => text("extract", completion, problem),
    ...(own.demonstration && { demonstration: (problem) => text("demonstration", problem) }),
    judging: { ...EXACT, ...(isRecord(judging) ? judging : {}) },
    reward: (result) =>
      guarded(ref, "reward", () => {
        if (result.verdict === "SANDBOX_ERROR") return null;
        const reward = own.reward!(parameters, result);
        if (typeof reward === "number" && Number.isFinite(reward)) return reward;
        throw wrong(ref, "reward", "a finite number, above 0 where the answer is right", reward);
      }),
  };
}

function membersOf<K extends keyof typeof EXPORTS>(
  kind: K,
  { module }: ModuleRef,
  exported: unknown,
): Readonly<Partial<Record<(typeof EXPORTS)[K][number][number], Call>>> {
  const [needed, optional] = EXPORTS[kind];
  const expected = `module ${module}: expected a default export { ${[...needed, ...optional.map((name) => `${name}?`)].join(", ")} } of functions for a ${kind}`;
  if (!isRecord(exported)) throw new ConfigurationError(`${expected}, got ${exported === undefined ? "none" : typeof exported}`);
  const missing = needed.find((name) => typeof exported[name] !== "function");
  if (missing !== undefined) throw new ConfigurationError(`${expected}; ${missing} is no function`);
  const odd = optional.find((name) => exported[name] !== undefined && typeof exported[name] !== "function");
  if (odd !== undefined) throw new ConfigurationError(`${expected}; ${odd} is no function`);
  return exported as never;
}

/** What the user's code throws says where it comes from, and is not tried again: the same call would throw again. */
function guarded<Result>({ module }: ModuleRef, member: string, call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    // Tolerates nothing: only says in which file.
    if (error instanceof ConfigurationError) throw error;
    throw new ConfigurationError(
      `module ${module}: ${member} threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
    );
  }
}

function wrong({ module }: ModuleRef, member: string, expected: string, got: unknown): ConfigurationError {
  return new ConfigurationError(
    `module ${module}: ${member}: expected ${expected}, got ${JSON.stringify(got)?.slice(0, 200) ?? typeof got}`,
  );
}

const isRecord = (value: unknown): value is Members => typeof value === "object" && value !== null && !Array.isArray(value);
