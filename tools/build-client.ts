// Owns: `npm run build -w apps/client`: the client as a package that can be published: JavaScript, types, README, and no word of workspaces.
// A folder may be named; default `apps/client/dist`.
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const folder = resolve(process.argv[2] ?? here("apps/client/dist"));

rmSync(folder, { recursive: true, force: true });
execFileSync(here("node_modules/.bin/tsc"), ["-p", here("apps/client/tsconfig.build.json"), "--outDir", folder], { stdio: "inherit" });
const { name, version, description, license, type } = JSON.parse(readFileSync(here("apps/client/package.json"), "utf8")) as Record<
  string,
  string
>;
const manifest = {
  name,
  version,
  description,
  license,
  type,
  engines: { node: ">=20" },
  exports: { ".": { types: "./index.d.ts", default: "./index.js" } },
  sideEffects: false,
};
writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
copyFileSync(here("apps/client/README.md"), join(folder, "README.md"));
