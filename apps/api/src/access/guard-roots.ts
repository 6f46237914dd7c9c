// Owns: holding every root field to its rule, and writing mutations into the audit log. Must not know: rules of single fields, transports.
import { beginAudit, endAudit } from "@gradus/prisma/access/audit-store";
import type { ApiContext } from "../context.ts";
import { badInput, isRefusal } from "../errors.ts";
import { forbidden, refusalOf } from "./caller.ts";
import { MUTATION_RULES, QUERY_RULES, SUBSCRIPTION_RULES } from "./root-rules.ts";
import type { Arguments, RootRule } from "./root-rules.ts";

type Resolve = (parent: unknown, args: Arguments, context: ApiContext, info: unknown) => unknown;
type Field = Resolve | { readonly subscribe: Resolve; readonly resolve?: Resolve };
type Roots = Readonly<Record<"Query" | "Mutation" | "Subscription", Readonly<Record<string, Field>>>>;

export interface RootRules {
  readonly Query: Readonly<Record<string, RootRule>>;
  readonly Mutation: Readonly<Record<string, RootRule>>;
  readonly Subscription: Readonly<Record<string, RootRule>>;
}

export const ROOT_RULES: RootRules = { Query: QUERY_RULES, Mutation: MUTATION_RULES, Subscription: SUBSCRIPTION_RULES };

/** The resolvers with their root fields guarded. */
export function guardRoots<Given extends object>(resolvers: Given, rules: RootRules = ROOT_RULES): Given {
  const { Query, Mutation, Subscription } = resolvers as unknown as Roots;
  return {
    ...resolvers,
    Query: guardAll(Query, rules.Query, guarded),
    Mutation: guardAll(Mutation, rules.Mutation, (resolve, rule, name) => logged(guarded(resolve, rule), rule, name)),
    Subscription: guardAll(Subscription, rules.Subscription, guarded),
  };
}

const guardAll = (
  fields: Readonly<Record<string, Field>>,
  rules: Readonly<Record<string, RootRule>>,
  guard: (resolve: Resolve, rule: RootRule, name: string) => Resolve,
): Record<string, Field> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      const rule = rules[name];
      if (rule === undefined) throw new Error(`no rule says who may use ${name}`);
      const guardField = (resolve: Resolve): Resolve => blamingText(guard(resolve, rule, name));
      return [name, typeof field === "function" ? guardField(field) : { ...field, subscribe: guardField(field.subscribe) }];
    }),
  );

const guarded =
  (resolve: Resolve, { scope, named, within }: RootRule): Resolve =>
  (parent, args, context, info) => {
    const { caller, db } = context;
    // Anybody on this machine may do everything: nothing to wait for, and batches of loads stay together.
    if (caller.project === null && caller.scope === "ADMIN") return resolve(parent, args, context, info);
    return (async () => {
      const refusal = await refusalOf(db.sql, caller, scope, caller.project === null ? {} : (named?.(args) ?? {}));
      if (refusal !== null) throw forbidden(refusal);
      return resolve(parent, caller.project === null || within === undefined ? args : within(args, caller.project), context, info);
    })();
  };

/**
 * Names the texts among the arguments that Postgres cannot hold, where a field fails over them. Looked for only then: most arguments have none,
 * batches are large, and where such a text is escaped before it is stored (samples) it is welcome.
 */
const blamingText =
  (resolve: Resolve): Resolve =>
  (parent, args, context, info) => {
    const blame = (error: unknown): never => {
      const paths = isRefusal(error) ? [] : unstorable(args, "");
      if (paths.length === 0) throw error;
      throw badInput(paths.map((path) => `${path}: a text without NUL and half surrogate pairs`).join("; "));
    };
    try {
      const result = resolve(parent, args, context, info);
      return result instanceof Promise ? result.catch(blame) : result;
    } catch (error) {
      return blame(error);
    }
  };

/** Where in `value` a text, or the name of a member, has no place in the database; the first few. */
function unstorable(value: unknown, path: string): string[] {
  if (typeof value === "string") return value.includes("\0") || !value.isWellFormed() ? [path] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value)
    .flatMap(([name, member]) => [
      ...(unstorable(name, "").length > 0 ? [path] : []),
      ...unstorable(member, Array.isArray(value) ? `${path}[${name}]` : path === "" ? name : `${path}.${name}`),
    ])
    .slice(0, 5);
}

interface Outcome {
  readonly ok: boolean;
  readonly error?: { readonly message: string } | null;
  readonly [made: string]: unknown;
}

const logged =
  (resolve: Resolve, { named, unlogged }: RootRule, what: string): Resolve =>
  async (parent, args, context, info) => {
    if (unlogged) return resolve(parent, args, context, info);
    const { caller, db, id: requestId } = context;
    const [projectId, input] = [caller.project ?? named?.(args).projects?.[0] ?? null, args["input"] ?? {}];
    const target: string | null = args["id"] ?? input.id ?? input.runId ?? null;
    const entry = await beginAudit(db.sql, { who: caller.who, keyId: caller.keyId, projectId, what, target, requestId });
    try {
      const outcome = (await resolve(parent, args, context, info)) as Outcome;
      await endAudit(db.sql, entry, outcome.ok, outcome.error?.message ?? null, idIn(outcome));
      return outcome;
    } catch (error) {
      await endAudit(db.sql, entry, false, error instanceof Error && "extensions" in error ? error.message : "internal error");
      throw error;
    }
  };

/** Of what was made. */
function idIn(outcome: Outcome): string | null {
  for (const made of [
    outcome["experiment"],
    outcome["run"],
    outcome["key"],
    outcome["rule"],
    outcome["view"],
    outcome["template"],
    outcome["pretraining"],
  ])
    if (typeof made === "object" && made !== null && "id" in made) return String(made.id);
  return null;
}
