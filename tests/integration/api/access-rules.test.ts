// Every root field against keys that may not, on a real database; and every rule weakened, which one of these probes must see.
import { ROOT_RULES } from "@gradus/api/access/guard-roots";
import type { RootRules } from "@gradus/api/access/guard-roots";
import type { Caller, Scope } from "@gradus/api/access/caller";
import { createContext } from "@gradus/api/context";
import { createSchema } from "@gradus/api/schema";
import { readWebhookAddresses } from "@gradus/api/alerts/webhook-addresses";
import { shareReads } from "@gradus/api/live/shared-reads";
import { getNamedType, graphql, isLeafType, isObjectType, parse, subscribe } from "graphql";
import type { GraphQLObjectType, GraphQLSchema } from "graphql";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ACCESS_CASES } from "../../testkit/api/access-cases.ts";
import type { Things } from "../../testkit/api/access-cases.ts";
import { fillProblems, fillRun } from "../../testkit/api/fill-experiment.ts";
import { createSample } from "../../testkit/api/sample-experiment.ts";
import { recordingControl } from "../../testkit/api/test-api.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let things: Things;

beforeAll(async () => {
  world = await startDatabaseWorld();
  const { prisma } = world.database;
  await prisma.project.create({ data: { id: "other", name: "Other" } });
  const problemSet = await fillProblems(world.database);
  const { id: experiment, runIds } = await createSample(world.database, "rules");
  const [run = ""] = runIds;
  await fillRun(world.database, run, problemSet);
  const [rule, alert, view, template, synthesis] = ["rule", "alert", "view", "template", "synthesis"];
  const owned = { projectId: "default", createdBy: "test" };
  await prisma.alertRule.create({ data: { ...owned, id: rule, name: "r", kind: "NON_FINITE" } });
  await prisma.alert.create({ data: { id: alert, ruleId: rule, runId: run, message: "m", muted: false } });
  await prisma.savedView.create({ data: { ...owned, id: view, name: "v", page: "p", state: {} } });
  await prisma.experimentTemplate.create({ data: { ...owned, id: template, name: "t", source: "" } });
  await prisma.synthesis.create({ data: { id: synthesis, projectId: "default", name: "s", specification: {}, provenance: {} } });
  await prisma.apiKey.create({ data: { ...owned, id: "key", name: "k", hash: "h", scope: "READ" } });
  await prisma.auditEntry.create({ data: { who: "w", projectId: "default", what: "x", requestId: "r" } });
  const group = await prisma.group.findFirstOrThrow({ include: { rollouts: true } });
  const evaluation = await prisma.evaluation.findFirstOrThrow();
  things = {
    run,
    experiment,
    arm: (await prisma.arm.findFirstOrThrow({ where: { experimentId: experiment } })).id,
    problemSet,
    problem: group.problemId,
    group: group.id,
    rollout: group.rollouts[0]?.id ?? "",
    evaluation: evaluation.id,
    rule,
    alert,
    view,
    template,
    synthesis,
  };
});
afterAll(() => world.close());

const rootOf = (schema: GraphQLSchema, kind: string): GraphQLObjectType => schema.getType(kind) as GraphQLObjectType;

/** What comes of the field for the caller: a code of refusal, or the ids that are shown. */
async function outcome(
  schema: GraphQLSchema,
  coordinate: string,
  args: object,
  scope: Scope,
  project: string,
): Promise<{ refused: unknown; shown: string }> {
  const [kind = "", name = ""] = coordinate.split(".");
  const field = rootOf(schema, kind).getFields()[name];
  if (field === undefined) throw new Error(`the schema has no ${coordinate}`);
  const given = field.args.filter((arg) => arg.name in args);
  const declared = given.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(", ");
  const passed = given.map((arg) => `${arg.name}: $${arg.name}`).join(", ");
  const source = `${kind.toLowerCase()}${declared && ` (${declared})`} { field: ${name}${passed && `(${passed})`} ${selectionOf(getNamedType(field.type))} }`;
  const caller: Caller = { who: "probe", keyId: "probe", scope, project };
  const log = pino({ level: "silent" });
  const wake = { mark: () => 0, sleep: async () => undefined, close: async () => undefined };
  const control = recordingControl();
  const parts = {
    db: world.database,
    control,
    wake,
    share: shareReads(),
    log,
    webhooks: readWebhookAddresses(""),
    coalesce: { bytes: 64 << 10, heldMs: 1_000 },
    deletion: { keepMs: 1e9, everyMs: 0 },
  };
  const contextValue = createContext(parts, "probe", caller);
  if (kind === "Subscription") {
    const result = await subscribe({ schema, document: parse(source), contextValue, variableValues: args as Record<string, unknown> });
    if ("errors" in result) return { refused: result.errors?.[0]?.extensions["code"], shown: "" };
    await (result as AsyncGenerator).return(undefined);
    return { refused: undefined, shown: "a stream" };
  }
  const { data, errors } = await graphql({ schema, source, contextValue, variableValues: args as Record<string, unknown> });
  const [error] = errors ?? [];
  if (error !== undefined && error.extensions["code"] === undefined && error.originalError === undefined)
    throw new Error(`${source}: ${error.message}`);
  return { refused: error?.extensions["code"], shown: JSON.stringify(data ?? null) };
}

/** Ids where the type has them, through pages. */
function selectionOf(type: ReturnType<typeof getNamedType>): string {
  if (isLeafType(type)) return "";
  const fields = isObjectType(type) ? type.getFields() : {};
  if (fields["nodes"] !== undefined) return `{ nodes ${selectionOf(getNamedType(fields["nodes"].type))} }`;
  // A comparison shows by its arms whose runs it read, and a group of runs by them.
  if (fields["arms"] !== undefined && fields["id"] === undefined) return "{ arms { arm { id } } }";
  if (fields["runs"] !== undefined && fields["id"] === undefined) return "{ runs { id } }";
  if (fields["groups"] !== undefined && fields["id"] === undefined) return "{ groups { runs { id } } }";
  return fields["id"] === undefined ? "{ __typename }" : "{ __typename id }";
}

const REFUSALS = new Set<unknown>(["FORBIDDEN", "BAD_USER_INPUT"]);
const LESS: Readonly<Record<Scope, Scope | null>> = { READ: null, WRITE: "READ", ADMIN: "WRITE" };

/** Everything that goes wrong with the field under the schema's rules, in words; nothing where it is as it must be. */
async function faults(schema: GraphQLSchema, coordinate: string): Promise<string[]> {
  const found = ACCESS_CASES[coordinate];
  if (found === undefined) throw new Error(`tests/testkit/api/access-cases.ts says nothing of ${coordinate}`);
  const { scope, foreign, unnamed, projectless = {} } = found;
  const wrong: string[] = [];
  const less = LESS[scope];
  const own = foreign[0]?.(things) ?? projectless;
  if (less !== null) {
    const { refused } = await outcome(schema, coordinate, own, less, "default");
    if (refused !== "FORBIDDEN") wrong.push(`a key of ${less} was let in`);
  }
  for (const args of foreign) {
    const { refused } = await outcome(schema, coordinate, args(things), "ADMIN", "other");
    if (!REFUSALS.has(refused)) wrong.push(`a key of another project was let in with ${JSON.stringify(args(things))}`);
  }
  if (unnamed !== undefined) {
    const { refused, shown } = await outcome(schema, coordinate, unnamed, "ADMIN", "other");
    if (!REFUSALS.has(refused) && /"id":(?!"other")/.test(shown)) wrong.push(`a key of another project was shown ${shown.slice(0, 200)}`);
  }
  return wrong;
}

const coordinates = Object.entries(ROOT_RULES).flatMap(([kind, rules]) => Object.keys(rules as object).map((name) => `${kind}.${name}`));

test("every root field has a case, and every case a root field", () => {
  expect(Object.keys(ACCESS_CASES).toSorted()).toEqual(coordinates.toSorted());
});

test.each(coordinates)("%s is refused to a key of less scope and to one of another project", async (coordinate) => {
  expect(await faults(createSchema(), coordinate)).toEqual([]);
});

/** Its resolver refuses a filter that names nothing, whoever asks: the rule only says so in other words. */
const NEEDLESS = new Set(["Query.rollouts"]);

const weaker = coordinates.flatMap((coordinate) => {
  const [kind = "Query", name = ""] = coordinate.split(".") as [keyof RootRules, string];
  const rule = ROOT_RULES[kind][name];
  if (rule === undefined) return [];
  const changed = (what: string, over: object) => {
    const rules = { ...ROOT_RULES, [kind]: { ...ROOT_RULES[kind], [name]: { ...rule, ...over } } };
    return { coordinate, what, rules };
  };
  return [
    ...(rule.scope === "READ" ? [] : [changed("asks for READ alone", { scope: "READ" })]),
    ...(rule.named === undefined ? [] : [changed("does not look at what is named", { named: undefined })]),
    ...(rule.within === undefined || NEEDLESS.has(coordinate)
      ? []
      : [changed("does not narrow to the key's project", { within: undefined })]),
  ];
});

test.each(weaker)("a rule of $coordinate that $what is seen", async ({ coordinate, rules }) => {
  expect(await faults(createSchema(rules), coordinate)).not.toEqual([]);
});
