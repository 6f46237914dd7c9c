// Owns: what the page weighs, how soon it is there, how it moves under 2 million points, how long an input waits among 100 runs, what a burst of live
// points does to it, what it keeps in memory, and a journey beside peers' pages. Must not know: how it draws. Chromium runs without a GPU here: frames
// are painted by the processor. `--no-peers`: our own figures alone; `--journeys`: those that are held beside peers alone.
import { loadavg } from "node:os";
import { setTimeout } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { benchValue, fillRuns, startBenchWorld } from "../testkit/api/bench-world.ts";
import { get } from "../testkit/api/test-api.ts";
import { buildPage, launchBrowser } from "../testkit/web/browser.ts";
import { noteInputs, sinceInputs, WatchedPage } from "../testkit/web/watched-page.ts";
import { benchLine } from "./bench-line.ts";
import type { Bench, Goal } from "./bench-line.ts";
import { reportJourneys } from "./peers/web-journey.ts";

const RUNS = 20;
const STEPS = 100_000;
const PAN_SECONDS = 3;
const PANS = 3;
const BURST_SECONDS = Number(process.env["BENCH_SECONDS"] ?? 10);
/** Live points of one metric behind the burst: a point a second for 8 hours. */
const EIGHT_HOURS = 8 * 3_600;
const HOUR = 3_600;
/** Points a request: of the burst, and of the hours, where a page must not grow by what each event leaves behind. */
const [BATCH, SMALL_BATCH] = [100, 10];

const COMPARED = { runs: 100, steps: 2_000 };
/** Of each input among them. */
const REPEATS = 12;
type Say = (metric: string, unit: string, values: readonly number[], goal?: Goal) => void;

const web: Bench = async (report, flags) => {
  const say: Say = (metric, unit, values, goal) =>
    report(benchLine({ bench: "web", metric, unit, values, ...(goal === undefined ? {} : { goal }) }));
  say("load average before", "1 min", [loadavg()[0] ?? 0]);
  buildPage();
  const browser = await launchBrowser();
  try {
    if (!flags.has("--journeys")) await ours(browser, say);
    if (!flags.has("--no-peers")) await reportJourneys(browser, report);
  } finally {
    await browser.close();
  }
  say("load average after", "1 min", [loadavg()[0] ?? 0]);
};

async function ours(browser: Browser, say: Say): Promise<void> {
  await using bench = await startBenchWorld();
  const [id] = await fillRuns(bench, RUNS, 1, STEPS);
  const { run } = await get(bench.api.url, "query ($id: ID!) { run(id: $id) { experiment { id } } }", { id });
  const experiment = `${bench.api.url}/experiments/${encodeURIComponent(run.experiment.id)}`;
  for (const [name, url] of [
    ["first view", bench.api.url],
    ["experiment", experiment],
  ] as const) {
    const visits = [];
    for (let repeat = 0; repeat < 5; repeat++) visits.push(await firstVisit(browser, url));
    const isFirst = name === "first view";
    const weights = visits.map(({ scriptBytes }) => scriptBytes / 1_000);
    say(`${name}: compressed script`, "kB", weights, isFirst ? { atMost: 250 } : undefined);
    const paints = visits.map(({ paintedMs }) => paintedMs);
    say(`${name}: largest contentful paint, nothing cached`, "ms", paints, isFirst ? { atMost: 1_000 } : undefined);
  }
  await moves(browser, `${experiment}?charts=m0&seeds=all&range=40000-60000`, say);
  await compares(browser, bench, say);
  await burst(browser, bench.api.url, say);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** In a profile of its own: nothing is cached. The script's bytes as gzip has them. */
async function firstVisit(browser: Browser, url: string): Promise<{ readonly scriptBytes: number; readonly paintedMs: number }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const scripts: Promise<number>[] = [];
  page.on("response", (response) => {
    if (response.request().resourceType() === "script") scripts.push(response.body().then((body) => gzipSync(body).length));
  });
  await page.goto(url);
  await page.locator("main h1").waitFor();
  await page.locator(".skeleton").first().waitFor({ state: "detached" });
  // The entry of a paint comes a frame or two behind it.
  await page.waitForTimeout(1_000);
  const paintedMs = (await page.evaluate(`new Promise((resolve) =>
    new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime)).observe({ type: "largest-contentful-paint", buffered: true }))`)) as number;
  const scriptBytes = sum(await Promise.all(scripts));
  await context.close();
  return { scriptBytes, paintedMs };
}

/** The view is moved to and fro, then zoomed in and out, a wheel event each frame. */
async function moves(browser: Browser, url: string, say: Say): Promise<void> {
  const watched = await WatchedPage.of(await browser.newPage({ viewport: { width: 1440, height: 900 } }));
  const { page } = watched;
  await page.goto(url);
  await page.locator(".u-over").waitFor();
  await page.locator(".chart-readout", { hasText: "external" }).waitFor();
  for (const [name, event] of [
    ["pan", "{ deltaX: direction * 12 }"],
    ["zoom", "{ deltaY: direction * -16, ctrlKey: true, clientX: 720 }"],
  ] as const) {
    const runs: { readonly rate: number; readonly scriptMs: number; readonly taskMs: number; readonly slowestMs: number }[] = [];
    for (let repeat = 0; repeat < PANS; repeat++) {
      let frames: number[] = [];
      const { scriptMs, taskMs } = await watched.costOf(async () => (frames = await wheelFrames(page, event)));
      const count = frames.length;
      runs.push({
        rate: (1_000 * count) / sum(frames),
        scriptMs: scriptMs / count,
        taskMs: taskMs / count,
        slowestMs: Math.max(...frames),
      });
      // The view rests, and what is shown then is asked for.
      await page.waitForTimeout(800);
    }
    const of = (pick: (one: (typeof runs)[number]) => number): number[] => runs.map(pick);
    const rates = of(({ rate }) => rate);
    say(`${name} over ${RUNS} x ${STEPS.toLocaleString("en")} points`, "frames/s", rates, { atLeast: 50 });
    say(
      `${name}: script a frame`,
      "ms",
      of(({ scriptMs }) => scriptMs),
    );
    say(
      `${name}: main thread a frame, painting included`,
      "ms",
      of(({ taskMs }) => taskMs),
    );
    say(
      `${name}: slowest frame`,
      "ms",
      of(({ slowestMs }) => slowestMs),
    );
  }
  await page.close();
}

/** `event`: of a wheel, in each frame; `direction` is 1 and -1 by turns of a second. Milliseconds between frames. */
const wheelFrames = (page: Page, event: string): Promise<number[]> =>
  page.evaluate(`new Promise((resolve) => {
    const [over, gaps, began] = [document.querySelector(".u-over"), [], performance.now()];
    let last = began;
    const frame = () => {
      const now = performance.now();
      gaps.push(now - last);
      last = now;
      if (now - began > ${1_000 * PAN_SECONDS}) return resolve(gaps.slice(1));
      const direction = Math.floor((now - began) / 1000) % 2 === 0 ? 1 : -1;
      over.dispatchEvent(new WheelEvent("wheel", { ...${event}, bubbles: true, cancelable: true }));
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  })`) as Promise<number[]>;

/** 100 runs in one chart: what a reader does with them, by real input, until the paint that answers it, and what keeps the page busy then. */
async function compares(browser: Browser, bench: Awaited<ReturnType<typeof startBenchWorld>>, say: Say): Promise<void> {
  const [id] = await fillRuns(bench, COMPARED.runs, 1, COMPARED.steps);
  const { run } = await get(bench.api.url, "query ($id: ID!) { run(id: $id) { experiment { id } } }", { id });
  const page = await browser.newPage({ viewport: { width: 1440, height: 1_400 } });
  await page.goto(`${bench.api.url}/runs?metric=m0&runs=all`);
  await page.locator(".chart-readout", { hasText: `of ${COMPARED.runs}` }).waitFor();
  await noteInputs(page);
  const all: number[] = [];
  const measure = async (name: string, act: (repeat: number) => Promise<unknown>): Promise<void> => {
    const waits: number[] = [];
    const tasks: number[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      await act(repeat);
      const { inputMs, taskMs } = await sinceInputs(page);
      waits.push(inputMs);
      tasks.push(taskMs);
    }
    all.push(...waits);
    say(`${COMPARED.runs} runs: ${name}`, "ms", waits, { atMost: 100 });
    // What follows the paint, the chart above all: an input that came meanwhile would wait as long.
    say(`${COMPARED.runs} runs: ${name}, longest task`, "ms", tasks);
  };
  const press = (name: string | RegExp) => () => page.getByRole("button", { name }).first().click();
  const over = page.locator(".u-over").first();
  await measure("a run taken out or put back", () => page.locator("tr[data-run] input").nth(3).click());
  await measure("log scale on or off", press("Log scale"));
  await page.getByLabel("Smoothing").focus();
  await measure("another smoothing", () => page.keyboard.press("ArrowDown"));
  await measure("sorted by another column", press(/^(?:Run|Created)/));
  await measure("a place pinned", async () => over.click({ position: { x: 100 + Math.random() * 900, y: 80 } }));
  await measure("zoomed in by a drag, out again by a double click", async (repeat) => {
    if (repeat % 3 === 2) return over.dblclick({ position: { x: 500, y: 80 } });
    const box = await over.boundingBox();
    if (box === null) throw new Error("the chart has no box");
    await page.mouse.move(box.x + box.width * 0.2, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.9, box.y + 60, { steps: 3 });
    await page.mouse.up();
  });
  await page.goto(`${bench.api.url}/experiments/${encodeURIComponent(run.experiment.id)}?charts=m0`);
  await page.locator(".chart-readout", { hasText: "external" }).waitFor();
  await noteInputs(page);
  await measure("every seed behind the mean, or none", press("Every seed"));
  say(`${COMPARED.runs} runs: the slowest of all these inputs`, "ms", [Math.max(...all)], { atMost: 100 });
  await page.close();
}

/** 1,000 points a second into one open run, its frames, how long real clicks wait meanwhile; then 8 hours of a point a second, as fast as they go in. */
async function burst(browser: Browser, url: string, say: Say): Promise<void> {
  const { createRun } = await get(url, `mutation { createRun(input: { experiment: "burst" }) { segment run { id } } }`, {});
  const runId: string = createRun.run.id;
  let sent = 0;
  const send = async (points: number): Promise<void> => {
    const steps = Array.from({ length: points }, (_, index) => sent + index);
    sent += points;
    const series = [
      {
        name: "m0",
        steps,
        values: steps.map((step) => benchValue(0, 0, step)),
        times: steps.map((step) => 1_800_000_000_000 + 1_000 * step),
      },
    ];
    const input = { runId, segment: createRun.segment, batchId: String(sent), series };
    const { logMetrics } = await get(url, "mutation ($input: LogMetricsInput!) { logMetrics(input: $input) { ok } }", { input });
    if (logMetrics.ok !== true) throw new Error(`the API refused batch ${sent}`);
  };
  await send(BATCH);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(`${url}/runs/${encodeURIComponent(runId)}?charts=m0`);
  await page.locator(".connection[data-state=LIVE]").waitFor();
  await isShown(page, sent);
  const before = await heapMb(page);

  await noteInputs(page);
  await page.evaluate(`{
    globalThis.gaps = [];
    let last = performance.now();
    const frame = (now) => {
      gaps.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }`);
  const began = performance.now();
  const over = new AbortController();
  const offer = async (): Promise<void> => {
    for (let part = 0; part < (BURST_SECONDS * 1_000) / BATCH; part++) {
      await send(BATCH);
      await setTimeout(Math.max(0, began + sent - BATCH - performance.now()));
    }
    over.abort();
  };
  const clicks: number[] = [];
  const click = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await page.getByRole("button", { name: "Log scale" }).first().click();
      clicks.push((await sinceInputs(page)).inputMs);
    }
  };
  await Promise.all([offer(), click()]);
  const seconds = (performance.now() - began) / 1_000;
  const lastSent = performance.now();
  await isShown(page, sent);
  say("burst: points offered and shown", "points/s", [(sent - BATCH) / seconds]);
  say("burst: last point shown after", "ms", [performance.now() - lastSent]);
  const gaps = (await page.evaluate("gaps")) as number[];
  say("burst: frames", "frames/s", [(1_000 * gaps.length) / sum(gaps)]);
  say("burst: slowest frame", "ms", [Math.max(...gaps)]);
  say("burst: a click to the paint that answers it", "ms", clicks, { atMost: 100 });
  say("heap, open on a run", "MB", [before]);
  const first = await heapMb(page);
  say("heap, after the burst", "MB", [first]);
  const ofPage = await nodesOf(page);
  const hours: number[] = [];
  for (let hour = Math.ceil(sent / HOUR); hour <= EIGHT_HOURS / HOUR; hour++) {
    for (let left = hour * HOUR - sent; left > 0; left -= SMALL_BATCH) await send(SMALL_BATCH);
    await isShown(page, sent);
    hours.push(await heapMb(page));
  }
  say("heap, hour by hour to 8 hours of a point a second", "MB", hours);
  say("heap, after 8 hours more than after the burst", "MB", [(hours.at(-1) ?? NaN) - first], { atMost: 1 });
  say("elements of the page, after 8 hours more than after the burst", "nodes", [(await nodesOf(page)) - ofPage], { atMost: 100 });
  await page.close();
}

const isShown = (page: Page, sent: number): Promise<void> =>
  page.locator(".chart-readout", { hasText: `latest, step ${(sent - 1).toLocaleString("en")}` }).waitFor({ timeout: 120_000 });

/** What is still reachable after a collection. */
async function heapMb(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize / 1e6;
}

/** Nodes of its documents that are still reachable. */
async function nodesOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { nodes } = await session.send("Memory.getDOMCounters");
  await session.detach();
  return nodes;
}

export default web;
