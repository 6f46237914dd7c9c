// Owns: the same journey through our page and through peers' own: 50 runs x 2,000 points are opened, and their chart is watched while every run gets a point
// a second. Must not know: how a page draws.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Browser, Page } from "playwright-core";
import { benchValue, fillRuns, startBenchWorld } from "../../testkit/api/bench-world.ts";
import { get } from "../../testkit/api/test-api.ts";
import { WatchedPage } from "../../testkit/web/watched-page.ts";
import { benchLine } from "../bench-line.ts";
import type { BenchLine } from "../bench-line.ts";
import { environments } from "./run-peers.ts";

const [RUNS, STEPS] = [50, 2_000];
const WATCHED_SECONDS = 20;
const PEERS = ["trackio", "mlflow"] as const;

interface Site {
  readonly url: string;
  /** Makes the chart of all runs visible, where opening the address does not. */
  readonly arrive: (page: Page) => Promise<unknown>;
  /** Waits until the page shows this many points of every run; absent: a page that cannot be asked. */
  readonly shows?: (page: Page, points: number) => Promise<void>;
  /** Every run gets its next point. */
  readonly logNext: () => Promise<void>;
}

type Report = (line: BenchLine) => void;

async function journey(browser: Browser, site: Site, report: Report, peer?: string): Promise<void> {
  const say = (metric: string, unit: string, values: readonly number[]): void =>
    report(benchLine({ bench: "web", metric: `journey: ${metric}`, unit, values, ...(peer === undefined ? {} : { peer }) }));
  const opened: { ms: number; bytes: number; taskMs: number }[] = [];
  let watched: WatchedPage | undefined;
  for (let repeat = 0; repeat < 3; repeat++) {
    await watched?.page.context().close();
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    watched = await WatchedPage.of(await context.newPage());
    const began = performance.now();
    await watched.page.goto(site.url);
    await site.arrive(watched.page);
    const ms = await watched.quietAfter(began);
    const { bytes, taskMs } = await watched.cost();
    opened.push({ ms, bytes, taskMs });
  }
  if (watched === undefined) return;
  say(
    `${RUNS} x ${STEPS} points opened, page at rest after, nothing cached`,
    "ms",
    opened.map(({ ms }) => ms),
  );
  say(
    "received to there",
    "kB",
    opened.map(({ bytes }) => bytes / 1_000),
  );
  say(
    "main thread to there",
    "ms",
    opened.map(({ taskMs }) => taskMs),
  );
  const { page } = watched;
  const cost = await watched.costOf(async () => {
    for (let second = 0; second < WATCHED_SECONDS; second++) {
      const next = performance.now() + 1_000;
      await site.logNext();
      await page.waitForTimeout(Math.max(0, next - performance.now()));
    }
  });
  say("a point a second of every run: received", "kB/s", [cost.bytes / 1_000 / WATCHED_SECONDS]);
  say("a point a second of every run: main thread", "ms/s", [cost.taskMs / WATCHED_SECONDS]);
  if (site.shows !== undefined) {
    const since = performance.now();
    await site.logNext();
    await site.shows(page, STEPS + WATCHED_SECONDS + 1);
    say("the next point of every run is logged and shown after", "ms", [performance.now() - since]);
  }
  await page.context().close();
}

async function ours(browser: Browser, report: Report): Promise<void> {
  await using bench = await startBenchWorld();
  const { url } = bench.api;
  const ids = await fillRuns(bench, RUNS, 1, STEPS);
  const { run } = await get(url, "query ($id: ID!) { run(id: $id) { experiment { id } } }", { id: ids[0] });
  let step = STEPS;
  const logNext = async (): Promise<void> => {
    await Promise.all(
      ids.map((runId, index) => {
        const series = [{ name: "m0", steps: [step], values: [benchValue(index, 0, step)], times: [1_800_000_000_000 + step] }];
        return get(url, "mutation ($input: LogMetricsInput!) { logMetrics(input: $input) { ok } }", {
          input: { runId, segment: 1, batchId: String(step), series },
        });
      }),
    );
    step++;
  };
  await journey(
    browser,
    {
      url: `${url}/experiments/${encodeURIComponent(run.experiment.id)}?charts=m0&seeds=all`,
      arrive: (page) => page.locator(".chart-readout", { hasText: "external" }).waitFor(),
      shows: (page, points) =>
        page.locator(".chart-readout", { hasText: `latest, step ${(points - 1).toLocaleString("en")}` }).waitFor({ timeout: 60_000 }),
      logNext,
    },
    report,
  );
}

const ARRIVE: Readonly<Record<(typeof PEERS)[number], Site["arrive"]>> = {
  // Its charts are canvases or drawings, by release.
  trackio: (page) => page.locator("canvas, svg.marks, .plot svg").first().waitFor({ timeout: 120_000 }),
  mlflow: (page) => page.locator(".js-plotly-plot, .plot-container, canvas").first().waitFor({ timeout: 120_000 }),
};

async function ofPeer(browser: Browser, peer: (typeof PEERS)[number], report: Report): Promise<void> {
  const python = join(environments, peer, "bin", "python");
  if (!existsSync(python)) {
    process.stderr.write(`${peer} is absent: see tests/bench/peers/run-peers.ts\n`);
    return report(benchLine({ bench: "web", metric: "journey: absent, not installed", unit: "-", values: [0], peer }));
  }
  const child = spawn(python, [join(import.meta.dirname, `${peer}_bench.py`), "page"], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (name: "url" | "logged"): Promise<unknown> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${peer} ended`);
      const read = JSON.parse(value) as Record<string, unknown>;
      if (read["value"] === null) throw new Error(`${peer}: ${String(read["note"])}`);
      if (name in read) return read[name];
    }
  };
  try {
    const url = String(await next("url"));
    const logNext = async (): Promise<void> => {
      child.stdin.write("\n");
      await next("logged");
    };
    await journey(browser, { url, arrive: ARRIVE[peer], logNext }, report, peer);
  } catch (error) {
    // Tolerates a peer that fails: the others' figures stand, and this one is said to have none.
    process.stderr.write(`${peer}: ${String(error)}\n`);
    report(benchLine({ bench: "web", metric: "journey: failed", unit: "-", values: [0], peer }));
  } finally {
    child.stdin.end();
    const timer = setTimeout(() => child.kill(), 20_000);
    if (child.exitCode === null) await once(child, "exit");
    clearTimeout(timer);
  }
}

export async function reportJourneys(browser: Browser, report: Report): Promise<void> {
  await ours(browser, report);
  for (const peer of PEERS) await ofPeer(browser, peer, report);
}
