// Owns: the client as it is published: built, packed, installed elsewhere, typed and run there without this tree. Must not know: what the client does.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../../", import.meta.url));
const SCRIPT = `import { startRun } from "@gradus/client";
const run = startRun({ experiment: "packed", url: process.argv[2], journal: process.argv[3], delayMs: 10 });
run.log(1, { loss: 0.5 });
run.logSample(1, "said", { kind: "TEXT", body: "hello" });
await run.finish();
console.log(await run.id());
`;

let folder: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "gradus-client-")));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("the built package installs alone, has types, logs, and brings nothing but JavaScript", { timeout: 120_000 }, async () => {
  await run(process.execPath, [join(root, "tools/build-client.ts"), join(folder, "dist")]);
  const { stdout } = await run("npm", ["pack", "--json", join(folder, "dist")], { cwd: folder });
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  expect(files.map(({ path }) => path).filter((path) => !/^(README\.md|package\.json)$|^[\w-]+(\.d)?\.[jt]s$/.test(path))).toEqual([]);
  expect(files.some(({ path }) => /(?<!\.d)\.ts$/.test(path))).toBe(false);
  const user = join(folder, "user");
  await run("mkdir", [user]);
  await writeFile(join(user, "package.json"), '{ "name": "user", "version": "1.0.0", "type": "module" }');
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", join(folder, filename)], { cwd: user });
  const manifest = JSON.parse(await readFile(join(user, "node_modules/@gradus/client/package.json"), "utf8")) as Record<string, unknown>;
  expect([manifest["private"], manifest["dependencies"]]).toEqual([undefined, undefined]);

  await writeFile(join(user, "log.mjs"), SCRIPT);
  await writeFile(
    join(user, "typed.mts"),
    `${SCRIPT.replaceAll(/process\.argv\[\d\]/g, '"x"')}// @ts-expect-error: a step is a number\nrun.log("1", {});\n`,
  );
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom"];
  await run(join(root, "node_modules/.bin/tsc"), [...options, "typed.mts"], { cwd: user });

  const asked: { readonly query: string; readonly variables: { readonly input: Record<string, unknown> } }[] = [];
  const server = createServer(async (request, response) => {
    const body = (await json(request)) as (typeof asked)[number];
    asked.push(body);
    const [, field = ""] = /\{\s*(\w+)\(/.exec(body.query) ?? [];
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ data: { [field]: { ok: true, segment: 1, run: { id: "made" } } } }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const said = await run(process.execPath, ["log.mjs", url, join(folder, "journal")], { cwd: user });
    expect(said.stdout.trim()).toBe("made");
  } finally {
    server.close();
  }
  expect(asked.map(({ query }) => /\{\s*(\w+)\(/.exec(query)?.[1])).toEqual(["createRun", "logMetrics", "logSamples", "finishRun"]);
});
