// Owns: serving the built page: its files, and its index for every path that is a route of the page. Must not know: the page.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import express, { Router } from "express";
import type { Response } from "express";
import { pagePolicy } from "./security-headers.ts";

/** Files whose names say what is in them: a browser need not ask for one again. */
const FOR_GOOD = { immutable: true, maxAge: "365d" } as const;

/** `directory` may be built later: it is looked for at every request. */
export function webPage(directory: string): Router {
  const folder = resolve(directory);
  const [index, assets] = [join(folder, "index.html"), join(folder, "assets")];
  const routes = Router();
  routes.get("/assets/:file", (request, response, next) => {
    const { file } = request.params;
    // The build has left it compressed beside itself.
    if (basename(file) !== file || !request.acceptsEncodings("gzip") || !existsSync(join(assets, `${file}.gz`))) return next();
    response.vary("Accept-Encoding").type(extname(file)).set("Content-Encoding", "gzip");
    response.sendFile(`${file}.gz`, { root: assets, ...FOR_GOOD });
  });
  routes.use("/assets", express.static(assets, FOR_GOOD));
  // Before the folder is looked at: there the index is a file like any other, and would have the policy of what is no page.
  routes.get(/^\/(?:index\.html)?$/, async (_request, response, next) => {
    if (existsSync(index)) await sendIndex(response);
    else next();
  });
  routes.use(express.static(folder, { index: false }));
  routes.get("/{*path}", async (request, response, next) => {
    // A navigation says so; a script or image that is missing must not become a page.
    if (request.headers.accept?.includes("text/html") !== true || !existsSync(index)) return next();
    await sendIndex(response);
  });
  const sendIndex = async (response: Response): Promise<void> => {
    response.set("Content-Security-Policy", pagePolicy(await readFile(index, "utf8"))).sendFile(index);
  };
  return routes;
}
