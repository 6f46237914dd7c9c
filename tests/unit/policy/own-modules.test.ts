// Proves: a module of the user's is found only where it may be, is the file that was meant, and what it must export is said by name.
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCurriculum, CurriculumSpec, sha256Hex } from "@gradus/domain";
import { hashModules } from "@gradus/cli/experiment/hash-modules";
import { resolveExperiment } from "@gradus/api/commands/resolve-experiment";
import { loadModule } from "@gradus/worker/modules/load-module";
import { ownKindsOf } from "@gradus/worker/modules/run-modules";
import { parseDocument } from "yaml";
import { afterAll, beforeAll, expect, test } from "vitest";

let folder: string;
let elsewhere: string;
beforeAll(async () => {
  [folder, elsewhere] = (await Promise.all(["own", "elsewhere"].map((name) => mkdtemp(join(tmpdir(), `gradus-${name}-`))))) as [
    string,
    string,
  ];
  process.env["GRADUS_MODULES"] = folder;
});
afterAll(async () => {
  delete process.env["GRADUS_MODULES"];
  await Promise.all([folder, elsewhere].map((one) => rm(one, { recursive: true })));
});

async function written(name: string, text: string, where = folder): Promise<{ module: string; hash: string }> {
  const module = join(where, name);
  await writeFile(module, text);
  return { module, hash: sha256Hex(Buffer.from(text)) };
}

const problems = ["a", "b", "c"].map((id) => ({ id, bucket: null, environment: "INDUCTION" as const, passRate: null }));

async function drawn(text: string): Promise<readonly string[]> {
  const address = await written(`${sha256Hex(Buffer.from(text)).slice(0, 8)}.ts`, text);
  const spec = CurriculumSpec.parse({ sampler: { kind: "module", ...address, parameters: { first: "c" } } });
  return createCurriculum(spec, problems, 10, 1, await ownKindsOf(spec)).draw(1, 2);
}

test("a module draws with its parameters, its types erased, and its state is what observe makes of it", async () => {
  expect(
    await drawn("export default { draw: ({ first }: { first: string }, _: unknown, { pool }) => [first, pool.problems[0].id] };"),
  ).toEqual(["c", "a"]);
});

test.each([
  ["export const draw = 1;", /default export \{ draw, start\?, observe\?, metrics\?, warnings\? \} of functions for a sampler, got none/],
  ["export default { start: () => ({}) };", /draw is no function/],
  [
    "export default { draw: () => ['z', 'a'] };",
    /draw: expected an array of context\.count = 2 ids of problems in context\.pool, got \["z","a"\]/,
  ],
  ["export default { draw: () => { throw new TypeError('oh') } };", /draw threw TypeError: oh/],
  ["import './other.ts'; export default {};", /cannot be loaded: .*may import from node: only/],
  ["export default {", /cannot be loaded/],
])("%s is refused with the file and what is expected", async (text, said) => {
  await expect(drawn(text)).rejects.toThrow(said);
  await expect(drawn(text)).rejects.toThrow(folder);
});

test("a file outside of the allowed folders, also behind a link, one that is no script, and one that is not there are refused", async () => {
  const outside = await written("outside.ts", "export default {};", elsewhere);
  await expect(loadModule(outside)).rejects.toThrow(/loads modules from .* only; its GRADUS_MODULES/);
  const link = join(folder, "link.ts");
  await symlink(outside.module, link);
  await expect(loadModule({ ...outside, module: link })).rejects.toThrow(/GRADUS_MODULES/);
  await expect(loadModule(await written("bytes", "export default {};"))).rejects.toThrow(/expected a file that ends in \.ts/);
  await expect(loadModule({ module: join(folder, "none.ts"), hash: "0".repeat(64) })).rejects.toThrow(/there is no such file/);
});

const fileOf = (more = ""): string =>
  `name: x\nseeds: [1]\narms: [{ name: a, curriculum: { sampler: { kind: module, module: mine.ts${more} } } }]\n`;

test("the client makes the path absolute and adds the hash, and holds a hash that was written to the file", async () => {
  const { module, hash } = await written("mine.ts", "export default { draw: () => [] };");
  const document = parseDocument(fileOf());
  await hashModules(document, folder, () => undefined);
  const { arms } = resolveExperiment(document.toString());
  expect(arms[0]?.configuration.curriculum.sampler).toEqual({ kind: "module", module, hash, parameters: {} });
  await expect(hashModules(parseDocument(fileOf(`, hash: ${"0".repeat(64)}`)), folder, () => undefined)).rejects.toThrow(
    /another file than the experiment says/,
  );
});

const sourceOf = (hash: string): string =>
  JSON.stringify({
    name: "x",
    seeds: [1],
    arms: [{ name: "a", curriculum: { sampler: { kind: "module", module: "/m.ts", ...(hash && { hash }) } } }],
  });

test("the API takes no module without its hash, and nothing but a worker draws with one", () => {
  expect(() => resolveExperiment(sourceOf(""))).toThrow("one field is wrong");
  const spec = CurriculumSpec.parse({ sampler: { kind: "module", module: "/m.ts", hash: "0".repeat(64) } });
  expect(() => createCurriculum(spec, problems, 10, 1)).toThrow(/\/m\.ts is a module of your own: only a worker/);
});
