// Owns: what a test of the page opens: a database, an API that serves the page, a browser. Nothing trains: that takes a whole world. Must not know: what
// a test expects of it.
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { startBenchWorld } from "../api/bench-world.ts";
import type { DatabaseWorld } from "../world.ts";
import { launchBrowser } from "./browser.ts";

export interface PageWorld extends Pick<DatabaseWorld, "database"> {
  readonly blobsFolder: string;
  readonly url: string;
  readonly browser: Browser;
  close(): Promise<void>;
}

/** 2 s of a quiet machine, most of it Postgres and the API. */
export async function startPageWorld(): Promise<PageWorld> {
  const [bench, browser] = await Promise.all([startBenchWorld(), launchBrowser()]);
  return {
    database: bench.world.database,
    blobsFolder: join(bench.world.home, "blobs"),
    url: bench.api.url,
    browser,
    async close() {
      await browser.close();
      await bench[Symbol.asyncDispose]();
    },
  };
}

/** For what should be there at once, on a machine that has other things to do. */
export const SOON = { timeout: 20_000 };
