// Owns: the same journey through our page and through peers' own: 50 runs x 2,000 points are opened until their chart is drawn, the page is left alone, and
// then watched while every run gets a point a second. Must not know: how a page draws.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { benchValue, fillRuns, startBenchWorld } from "../../testkit/api/bench-world.ts";
import { get } from "../../testkit/api/test-api.ts";
import { WatchedPage } from "../../testkit/web/watched-page.ts";
import { benchLine } from "../bench-line.ts";
import type { BenchLine } from "../bench-line.ts";
import { environments } from "./run-peers.ts";

const [RUNS, STEPS] = [50, 2_000];
const OPENED = 3;
/** A page that takes longer than this to be opened is not opened again: n says so. */
const OPENING_MS = 40_000;
const ALONE_SECONDS = 5;
const WATCHED_SECONDS = 12;
/** A page that does not draw in this time has no figure. */
const DRAWN_MS = 60_000;
/** Of a whole journey: a page whose main thread never ends answers nobody, and the others' figures wait. */
const JOURNEY_MS = 150_000;
const PEERS = ["trackio", "mlflow"] as const;
type Peer = (typeof PEERS)[number];

interface ChartPage {
  /** Waits until the chart of the runs is drawn; opening the address leads to it. */
  readonly drawn: (page: Page) => Promise<unknown>;
  /** How many of the runs are in it; absent: a page that cannot be asked. */
  readonly lines?: (page: Page) => Promise<number>;
  /** Waits until the page shows this many points of its runs; absent: a page that cannot be asked. */
  readonly shows?: (page: Page, points: number) => Promise<unknown>;
}

interface Site extends ChartPage {
  readonly url: string;
  /** Every run gets its next point. */
  readonly logNext: () => Promise<void>;
}

type Report = (line: BenchLine) => void;

async function journey(browser: Browser, site: Site, report: Report, peer?: Peer): Promise<void> {
  const say = (metric: string, unit: string, values: readonly number[]): void =>
    report(benchLine({ bench: "web", metric: `journey: ${metric}`, unit, values, ...(peer === undefined ? {} : { peer }) }));
  const opened: { ms: number; bytes: number; taskMs: number }[] = [];
  let watched: WatchedPage | undefined;
  const from = performance.now();
  while (opened.length < OPENED && (opened.length === 0 || performance.now() - from < OPENING_MS)) {
    await watched?.page.context().close();
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    watched = await WatchedPage.of(await context.newPage());
    watched.page.setDefaultTimeout(DRAWN_MS);
    const began = performance.now();
    await watched.page.goto(site.url, { waitUntil: "commit" });
    await site.drawn(watched.page);
    const ms = performance.now() - began;
    const { bytes, taskMs } = await watched.cost();
    opened.push({ ms, bytes, taskMs });
  }
  if (watched === undefined) return;
  const of = (pick: (one: (typeof opened)[number]) => number): number[] => opened.map(pick);
  const times = of(({ ms }) => ms);
  const sizes = of(({ bytes }) => bytes / 1_000);
  const works = of(({ taskMs }) => taskMs);
  say(`${RUNS} x ${STEPS} points opened, chart drawn after, nothing cached`, "ms", times);
  say("received to there", "kB", sizes);
  say("main thread to there", "ms", works);
  const { page } = watched;
  if (site.lines !== undefined) say(`lines drawn, of ${RUNS} runs`, "lines", [await site.lines(page)]);
  const during = async (name: string, seconds: number, each: () => Promise<void>): Promise<void> => {
    const began = performance.now();
    const cost = await watched.costOf(async () => {
      for (let next = began; performance.now() - began < 1_000 * seconds;) {
        await each();
        next = Math.max(next + 1_000, performance.now());
        await setTimeout(next - performance.now());
      }
    });
    // A page that is too busy to be asked answers late.
    const took = (performance.now() - began) / 1_000;
    say(`${name}: received`, "kB/s", [cost.bytes / 1_000 / took]);
    say(`${name}: main thread`, "ms/s", [cost.taskMs / took]);
  };
  await during("left alone", ALONE_SECONDS, async () => {});
  let points = STEPS;
  const logNext = async (): Promise<void> => {
    await site.logNext();
    points++;
  };
  await during("a point a second of every run", WATCHED_SECONDS, logNext);
  say("points of every run that were logged meanwhile", "points", [points - STEPS]);
  if (site.shows !== undefined) {
    const since = performance.now();
    await logNext();
    await site.shows(page, points);
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
  // Every run is a line, as the peers draw them.
  const address = `${url}/experiments/${encodeURIComponent(run.experiment.id)}?charts=m0&seeds=all`;
  await journey(
    browser,
    {
      url: address,
      drawn: (page) => page.locator(".chart-readout", { hasText: "external" }).waitFor(),
      lines: () => Promise.resolve(RUNS),
      shows: (page, points) => page.locator(".chart-readout", { hasText: `latest, step ${(points - 1).toLocaleString("en")}` }).waitFor(),
      logNext,
    },
    report,
  );
}

/** Of each of MLflow's charts of lines, which are Plotly's, its lines. */
const PLOTLY = `[...document.querySelectorAll(".js-plotly-plot")].map(({ data }) => (data ?? []).filter(({ x }) => x?.length > 100))`;

const PAGES: Readonly<Record<Peer, ChartPage>> = {
  // Vega's canvas is there when it is drawn; what is in it cannot be asked.
  trackio: { drawn: (page) => page.locator(".plot-container canvas").first().waitFor() },
  // It draws some of the runs unless asked for more, which its address cannot do, and looks for new points every 30 s.
  mlflow: {
    drawn: (page) =>
      page.waitForFunction(`${PLOTLY}.flat().length > 0 && document.querySelector(".js-plotly-plot .scatterlayer path") !== null`),
    lines: (page) => page.evaluate(`Math.max(...${PLOTLY}.map(({ length }) => length))`),
    shows: (page, points) => page.waitForFunction(`Math.max(0, ...${PLOTLY}.flat().map(({ x }) => Number(x.at(-1)))) >= ${points - 1}`),
  },
};

async function ofPeer(browser: Browser, peer: Peer, report: Report): Promise<void> {
  const python = join(environments, peer, "bin", "python");
  if (!existsSync(python)) {
    process.stderr.write(`${peer} is absent: see tests/bench/peers/run-peers.ts\n`);
    return report(benchLine({ bench: "web", metric: "journey: absent, not installed", unit: "-", values: [0], peer }));
  }
  const child = spawn(python, [join(import.meta.dirname, `${peer}_bench.py`), "page"], { stdio: ["pipe", "pipe", "inherit"] });
  // Tolerates what a journey that was given up still wants to log.
  child.stdin.on("error", () => {});
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
  const ended = new AbortController();
  try {
    const url = String(await next("url"));
    const logNext = async (): Promise<void> => {
      child.stdin.write("\n");
      await next("logged");
    };
    const late = setTimeout(JOURNEY_MS, undefined, { signal: ended.signal }).then(() => {
      throw new Error(`the journey was not over after ${JOURNEY_MS / 1_000} s`);
    });
    await Promise.race([journey(browser, { ...PAGES[peer], url, logNext }, report, peer), late]);
  } catch (error) {
    // Tolerates a peer that fails: the figures of before stand, the others' too, and it is said.
    process.stderr.write(`${peer}: ${String(error)}\n`);
    report(benchLine({ bench: "web", metric: "journey: failed", unit: "-", values: [0], peer }));
  } finally {
    ended.abort();
    // What is still open of a journey that failed must not poll on while the next one is measured.
    await Promise.all(browser.contexts().map((context) => context.close()));
    child.stdin.end();
    if (child.exitCode === null) {
      const patience = new AbortController();
      void setTimeout(20_000, undefined, { signal: patience.signal }).then(
        () => child.kill(),
        () => {},
      );
      await once(child, "exit");
      patience.abort();
    }
  }
}

export async function reportJourneys(browser: Browser, report: Report): Promise<void> {
  await ours(browser, report);
  for (const peer of PEERS) await ofPeer(browser, peer, report);
}
