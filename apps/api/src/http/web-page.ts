// Owns: serving the built page: its files, and its index for every path that is a route of the page. Must not know: the page.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import express, { Router } from "express";

/** `directory` may be built later: it is looked for at every request. */
export function webPage(directory: string): Router {
  const folder = resolve(directory);
  const index = join(folder, "index.html");
  const routes = Router();
  routes.use(
    express.static(folder, { index: "index.html", setHeaders: (response) => void response.setHeader("X-Content-Type-Options", "nosniff") }),
  );
  routes.get("/{*path}", (request, response, next) => {
    // A navigation says so; a script or image that is missing must not become a page.
    if (request.headers.accept?.includes("text/html") !== true || !existsSync(index)) return next();
    response.sendFile(index);
  });
  return routes;
}
