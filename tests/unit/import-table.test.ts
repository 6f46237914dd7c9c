// Owns: the import table of docs/architecture.md, enforced. Must not know: what any file does.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cruise } from "dependency-cruiser";
import type { ICruiseResult, IForbiddenRuleType } from "dependency-cruiser";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const FOLDERS = [
  "domain/src",
  "prisma/src",
  "workflows/src",
  "apps/worker/src",
  "apps/api/src",
  "apps/cli/src",
  "apps/client/src",
  "apps/web/src",
];

const ours = "^(domain|prisma|workflows|apps|tests)/";
const rule = (name: string, from: string, to: string, comment: string, fromNot?: string, toNot?: string): IForbiddenRuleType => ({
  name,
  comment,
  severity: "error",
  from: { path: from, ...(fromNot === undefined ? {} : { pathNot: fromNot }) },
  to: { path: to, ...(toNot === undefined ? {} : { pathNot: toNot }) },
});

const RULES: IForbiddenRuleType[] = [
  rule("domain-imports-no-room", "^domain/", ours, "domain imports itself, zod and pure hashing only", undefined, "^domain/"),
  rule("domain-has-no-io", "^domain/", "^(node:|node_modules/)", "domain has no I/O", undefined, "^node_modules/(zod|@noble/hashes)/"),
  rule("prisma-imports-domain-only", "^prisma/", ours, "prisma imports domain only", undefined, "^(domain|prisma)/"),
  rule(
    "workflows-import-domain-only",
    "^workflows/",
    ours,
    "workflows have no path to the database, the sandbox or an engine",
    undefined,
    "^(domain|workflows)/",
  ),
  rule(
    "workflows-have-no-io",
    "^workflows/",
    "^(node:|node_modules/)",
    "workflow code is deterministic",
    undefined,
    "^node_modules/@temporalio/(workflow|common)/",
  ),
  rule("loop-imports-domain-only", "^workflows/.*/loop\\.ts$", "node_modules|^(prisma|apps)/", "the loop is plain TypeScript"),
  rule(
    "worker-control-alone-sees-prisma",
    "^apps/worker/",
    "^prisma/",
    "policy and sandbox roles write through the RolloutSink",
    "^apps/worker/src/control/",
  ),
  rule("worker-imports-no-app", "^apps/worker/", "^apps/", "the worker knows no other app", undefined, "^apps/worker/"),
  rule("api-imports-no-app", "^apps/api/", "^apps/", "the API knows no other app", undefined, "^apps/api/"),
  rule(
    "api-imports-workflow-messages",
    "^apps/api/",
    "^workflows/src/.*/(loop|workflow)\\.ts$|^workflows/src/workflows\\.ts$",
    "the API speaks to workflows by message only",
  ),
  rule(
    "web-imports-nothing-of-ours",
    "^apps/web/",
    ours,
    "the schema is the contract, even for us: the page imports its generated documents only",
    undefined,
    "^apps/web/",
  ),
  rule(
    "client-imports-nothing",
    "^apps/client/",
    `${ours}|^node_modules/`,
    "the client is Node's own modules and the schema",
    undefined,
    "^apps/client/",
  ),
  {
    name: "no-circles",
    comment: "of two files that need each other neither can be read alone",
    severity: "error",
    from: { path: "^(domain|prisma|workflows|apps)/" },
    to: { circular: true },
  },
  rule("cli-imports-no-workflows", "^apps/cli/", "^(workflows|apps/api/src|apps/worker/src/control)/", "the CLI is a client of the API"),
];

async function read(folders: readonly string[], baseDir = root): Promise<ICruiseResult> {
  const { output } = await cruise([...folders], {
    baseDir,
    ruleSet: { forbidden: RULES },
    validate: true,
    tsPreCompilationDeps: true,
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/generated/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "types", "default"],
      extensions: [".ts", ".tsx", ".js"],
    },
  });
  if (typeof output === "string") throw new Error(output);
  return output;
}

const told = (result: ICruiseResult): string[] =>
  result.summary.violations.map(({ rule: broken, from, to }) => `${broken.name}: ${from} -> ${to}`);

test("every room was read, and none imports against the table", async () => {
  const result = await read(FOLDERS);
  for (const folder of FOLDERS)
    expect(result.modules.filter((module) => module.source.startsWith(folder)).length, folder).toBeGreaterThan(3);
  const packages = result.modules.flatMap((module) => module.dependencies).filter(({ module }) => module.startsWith("@gradus/"));
  expect(packages.length, "imports between rooms that were resolved").toBeGreaterThan(30);
  expect(packages.filter(({ couldNotResolve }) => couldNotResolve).map(({ module }) => module)).toEqual([]);
  expect(told(result)).toEqual([]);
});

test("a planted import of the database from a workflow is found", async () => {
  const planted = join(root, "workflows/src/planted-violation.ts");
  writeFileSync(planted, 'export { openDatabase } from "@gradus/prisma";\n');
  try {
    const violations = told(await read(["workflows/src"]));
    expect(violations).toContain("workflows-import-domain-only: workflows/src/planted-violation.ts -> prisma/src/index.ts");
  } finally {
    rmSync(planted);
  }
});
