// What a reader does with a chart, in Chromium: files with its numbers, finer buckets, other axes, smoothing, pins.
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fillRuns } from "../../testkit/api/bench-world.ts";
import { get } from "../../testkit/api/test-api.ts";
import { axeViolations, visit } from "../../testkit/web/browser.ts";
import { SOON, startPageWorld } from "../../testkit/web/page-world.ts";
import type { PageWorld } from "../../testkit/web/page-world.ts";

let world: PageWorld;
let url: string;
let browser: Browser;
/** `short` has two runs of 200 steps, `long` one of 40,000. */
const experiments = { short: "", long: "" };

beforeAll(async () => {
  world = await startPageWorld();
  ({ url, browser } = world);
  const [short, long] = [await fillRuns({ world }, 2, 1, 200), await fillRuns({ world }, 1, 1, 40_000)];
  [experiments.short, experiments.long] = [await experimentOf(short), await experimentOf(long)];
}, 300_000);
afterAll(() => world?.close());

const experimentOf = async ([id]: readonly string[]): Promise<string> =>
  (await get(url, "query ($id: ID!) { run(id: $id) { experiment { id } } }", { id })).run.experiment.id;

interface Place {
  readonly step: number;
  readonly estimate: { readonly mean: number; readonly low: number; readonly high: number; readonly n: number };
}

const query = (page: Page): URLSearchParams => new URL(page.url()).searchParams;

test("a chart gives a CSV whose every number is the API's, and the page shows its last row", async () => {
  const { comparison } = await get(
    url,
    `query ($id: ID!) { comparison(of: { experimentId: $id }, curves: ["m0"]) { arms { arm { name } curves { points { step estimate { mean low high n } } } } } }`,
    { id: experiments.short },
  );
  const { page, close } = await visit(browser, `${url}/experiments/${experiments.short}?charts=m0`);
  const readout = page.locator(".chart-readout").first();
  await readout.getByText("external").waitFor();
  await page.locator('summary[aria-label="Download m0"]').click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "CSV" }).click()]);
  expect(download.suggestedFilename()).toBe("m0.csv");
  const [head, ...rows] = (await readFile(await download.path(), "utf8")).trimEnd().split("\r\n");
  expect(head).toBe("line,step,m0,low,high,n");
  const [{ arm, curves }] = comparison.arms;
  const stored = (curves[0].points as readonly Place[]).map(({ step, estimate }) => [
    step,
    estimate.mean,
    estimate.low,
    estimate.high,
    estimate.n,
  ]);
  expect(rows.length).toBe(200);
  expect(stored.length).toBe(200);
  for (const [index, row] of rows.entries()) {
    const [line, ...numbers] = row.split(",");
    expect(line).toBe(arm.name);
    for (const [column, value] of (stored[index] ?? []).entries())
      expect(Number(numbers[column]), `row ${index} column ${column}`).toBeCloseTo(value, 9);
  }
  const [, , mean] = (rows.at(-1) ?? "").split(",");
  expect(await readout.textContent()).toContain(Number(mean).toFixed(3));
  await close();
});

test(
  "a chart asks for finer buckets where a wheel with Ctrl zooms in, and for what lies beside where it is moved",
  { timeout: 120_000 },
  async () => {
    const { page, close } = await visit(browser, `${url}/nowhere`);
    const widths: number[] = [];
    page.on("response", async (response) => {
      const { query: asked, variables } = JSON.parse(response.request().postData() ?? "{}");
      // Other panels ask for metrics of their own.
      if (!String(asked).includes("query Curves") || variables.metrics[0] !== "m0") return;
      // Tolerates an answer that is still on its way when the page is closed: whoever waited for one has it.
      const body = await response.json().catch(() => null);
      if (body !== null) widths.push(body.data.metricSeries[0].bucketWidth);
    });
    await page.goto(`${url}/experiments/${experiments.long}?charts=m0`);
    const over = page.locator(".u-over").first();
    await over.waitFor();
    await expect.poll(() => widths.length, SOON).toBe(1);
    await over.hover();
    await page.keyboard.down("Control");
    for (let turn = 0; turn < 12; turn++) await page.mouse.wheel(0, -200);
    await page.keyboard.up("Control");
    await expect.poll(() => query(page).get("range"), SOON).toMatch(/^\d+-\d+$/);
    await expect.poll(() => (widths.at(-1) ?? Infinity) < (widths[0] ?? 0), SOON).toBe(true);
    const [from = 0, to = 0] = (query(page).get("range") ?? "").split("-").map(Number);
    expect(to - from).toBeLessThan(20_000);
    await page.keyboard.down("Shift");
    for (let turn = 0; turn < 4; turn++) await page.mouse.wheel(0, 200);
    await page.keyboard.up("Shift");
    await expect.poll(() => Number((query(page).get("range") ?? "").split("-")[0]), SOON).toBeGreaterThan(from);
    await close();
  },
);

test("a chart is drawn over what is chosen, smoothed by name, pinned, in one crosshair with the others, and its files have its numbers", async () => {
  const { page, complaints, close } = await visit(browser, `${url}/experiments/${experiments.short}?charts=m0+m0`);
  const readouts = page.locator(".chart-readout");
  const [first, second] = [readouts.nth(0), readouts.nth(1)];
  await second.getByText("external").waitFor();
  await page
    .locator(".u-over")
    .first()
    .hover({ position: { x: 120, y: 60 } });
  await expect.poll(() => first.textContent(), SOON).toMatch(/^step \d+/);
  expect(await second.textContent(), "the crosshair is shared").toBe(await first.textContent());
  await page
    .locator(".u-over")
    .first()
    .click({ position: { x: 120, y: 60 } });
  await page.getByRole("button", { name: /Pinned at step \d+/ }).waitFor();
  await page.locator("h1").hover();
  await expect.poll(() => second.textContent(), SOON).toContain("pinned at step");
  await page.keyboard.press("Escape");
  await expect.poll(() => second.textContent(), SOON).toContain("latest");
  await page.getByLabel("Smoothing").selectOption("EMA 0.9");
  await first.getByText("external, EMA 0.9").waitFor();
  await page.getByRole("button", { name: "Log scale" }).click();
  expect(Object.fromEntries(query(page))).toMatchObject({ smooth: "0.9", y: "log" });
  // A menu is left by Escape, back on its button, and by a press elsewhere.
  const menu = page.locator('summary[aria-label^="Download m0"]').first();
  const open = page.locator("details.menu[open]");
  await menu.click();
  await page.keyboard.press("Escape");
  await expect.poll(() => open.count(), SOON).toBe(0);
  expect(await page.evaluate("document.activeElement.ariaLabel")).toBe(await menu.getAttribute("aria-label"));
  await menu.click();
  await page.locator("h1").click();
  await expect.poll(() => open.count(), SOON).toBe(0);
  const given = async (kind: string): Promise<string> => {
    await page.locator('summary[aria-label^="Download m0"]').first().click();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: kind, exact: true }).click()]);
    return download.path();
  };
  const [head, ...rows] = (await readFile(await given("CSV"), "utf8")).trimEnd().split("\r\n");
  expect(head).toBe('line,step,"m0, EMA 0.9",low,high,n');
  const smooth = rows.filter((row) => row.startsWith('"external, EMA 0.9"'));
  expect(smooth.length).toBe(200);
  // The drawing has a place for each row, and rises and falls as the numbers do; a tenth of a pixel is its finest difference.
  const svg = await readFile(await given("SVG"), "utf8");
  const [, path = ""] = /<path d='M([^']+)' fill='none'[^>]*stroke-width='2'/.exec(svg) ?? [];
  const heights = path.split("L").map((place) => Number(place.split(" ")[1]));
  const values = smooth.map((row) => Number(row.split('"')[2]?.split(",")[2]));
  expect(heights.length).toBe(200);
  for (const [index, height] of heights.entries()) {
    const [rise, told] = [(heights[index - 1] ?? height) - height, (values[index] ?? 0) - (values[index - 1] ?? values[index] ?? 0)];
    if (Math.abs(rise) > 0.1) expect(Math.sign(rise), `row ${index}`).toBe(Math.sign(told));
  }
  expect([...(await readFile(await given("PNG"))).subarray(1, 4)].map((byte) => String.fromCharCode(byte)).join("")).toBe("PNG");
  await page
    .getByRole("img", { name: /^m0, EMA 0.9 over step/ })
    .first()
    .focus();
  await page.keyboard.press("+");
  await expect.poll(() => query(page).get("range"), SOON).toBe("49-150");
  await page.keyboard.press("0");
  await expect.poll(() => query(page).get("range"), SOON).toBeNull();
  // What runs that others train did in each step is not known: the axis says so and nothing breaks.
  await page.getByRole("combobox", { name: "Over" }).selectOption("rollouts");
  await page.getByText("Nothing to draw over rollouts so far.").first().waitFor();
  expect(query(page).get("x")).toBe("rollouts");
  expect(complaints).toEqual([]);
  await close();
});

/** The readout where nobody points. */
const latest = (of: readonly (readonly [number, number])[]): string =>
  `latest, seconds since the run began ${(Math.round((of.at(-1)?.[1] ?? NaN) * 10) / 10).toLocaleString("en")} · n = 2`;

test("curves over time lie where the API's clock has the points, of runs that others train too, and of points that come", async () => {
  const began = Date.now();
  const log = (runId: string, segment: number, steps: readonly number[], pace: number): Promise<unknown> =>
    get(url, "mutation ($input: LogMetricsInput!) { logMetrics(input: $input) { ok } }", {
      input: {
        runId,
        segment,
        batchId: String(steps[0]),
        series: [{ name: "loss", steps, values: steps.map((step) => 1 / step), times: steps.map((step) => began + pace * step ** 2) }],
      },
    });
  const made: { id: string; segment: number; pace: number; experiment: { id: string } }[] = [];
  for (const seed of [1, 2]) {
    const { createRun } = await get(
      url,
      `mutation ($input: CreateRunInput!) { createRun(input: $input) { segment run { id experiment { id } } } }`,
      {
        input: { experiment: "timed", seed },
      },
    );
    const run = { ...createRun.run, segment: createRun.segment, pace: 7_000 * seed };
    await log(run.id, run.segment, [1, 2, 4], run.pace);
    made.push(run);
  }
  /** Mean over the runs, in seconds, step by step. */
  const places = async (): Promise<(readonly [step: number, seconds: number])[]> => {
    const { metricSeries } = await get(
      url,
      `query ($ids: [ID!]!) { metricSeries(runIds: $ids, names: ["loss"], maxPoints: 1000, over: { clock: RUN }) { columns { fromStep from } } }`,
      { ids: made.map(({ id }) => id) },
    );
    const [one, other] = metricSeries.map(({ columns }: { readonly columns: object }) => columns);
    return one.fromStep.map((step: number, at: number) => [step, (one.from[at] + other.from[at]) / 2_000] as const);
  };
  const { page, complaints, close } = await visit(browser, `${url}/experiments/${made[0]?.experiment.id}?charts=loss&x=time`);
  const readout = page.locator(".chart-readout").first();
  const before = await places();
  expect(before.map(([step]) => step)).toEqual([1, 2, 4]);
  await readout.getByText(latest(before), { exact: true }).waitFor();
  await page.locator(".connection[data-state=LIVE]").waitFor();
  for (const { id, segment, pace } of made) await log(id, segment, [5], pace);
  const after = await places();
  await readout.getByText(latest(after), { exact: true }).waitFor();
  await page.locator('summary[aria-label="Download loss"]').click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "CSV", exact: true }).first().click(),
  ]);
  const [head, ...rows] = (await readFile(await download.path(), "utf8")).trimEnd().split("\r\n");
  expect(head).toBe("line,step,seconds since the run began,loss,low,high,n");
  const drawn = rows.map((row) => row.split(",").slice(1, 3).map(Number));
  expect(drawn.map(([step]) => step)).toEqual(after.map(([step]) => step));
  for (const [at, [, seconds]] of drawn.entries()) expect(seconds).toBeCloseTo(after[at]?.[1] ?? NaN, 6);
  expect(complaints).toEqual([]);
  await close();
});

test("texts, tables and histograms that a trainer logged stand on its run's page, page by page, and by name", async () => {
  const { createRun } = await get(url, `mutation ($input: CreateRunInput!) { createRun(input: $input) { segment run { id } } }`, {
    input: { experiment: "said" },
  });
  const runId: string = createRun.run.id;
  const samples = [
    { name: "answers", step: 3, kind: "TABLE", body: { columns: ["prompt", "reward"], rows: [["two and two", 0.25]] } },
    { name: "lengths", step: 3, kind: "HISTOGRAM", body: { edges: [0, 1, 4], counts: [30, 12] } },
    ...Array.from({ length: 9 }, (_, step) => ({ name: "said", step, kind: "TEXT", body: `def f(x):\n  return ${step} < x` })),
  ].map((sample) => ({ ...sample, time: 1_800_000_000_000 }));
  const { logSamples } = await get(url, "mutation ($input: LogSamplesInput!) { logSamples(input: $input) { ok } }", {
    input: { runId, segment: createRun.segment, batchId: "1", samples },
  });
  expect(logSamples.ok).toBe(true);
  const { page, complaints, close } = await visit(browser, `${url}/runs/${runId}`);
  const panel = page.locator("section", { has: page.getByRole("heading", { name: "Texts, tables and histograms" }) });
  await panel.getByRole("cell", { name: "two and two" }).waitFor();
  expect(await panel.getByRole("img").getAttribute("aria-label")).toBe(
    "lengths at step 3: 42 from 0 to 4.000, at most 30 in one of 2 bins",
  );
  expect(await panel.locator("pre").allTextContents()).toEqual(Array.from({ length: 8 }, (_, step) => `def f(x):\n  return ${step} < x`));
  await panel.getByRole("button", { name: "Samples after these" }).click();
  await panel.getByText("return 8 < x").waitFor();
  await panel.getByRole("searchbox").fill("lengths");
  await panel.getByRole("img").waitFor();
  await panel.locator("pre").waitFor({ state: "detached" });
  expect(page.url()).toContain("samples=lengths");
  expect(await axeViolations(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await close();
});

test("what a press changes is shown before the chart that it changes is drawn anew", async () => {
  const { page, close } = await visit(browser, `${url}/experiments/${experiments.short}?charts=m0`);
  await page.locator(".chart-readout").first().getByText("external").waitFor();
  const seen = await page.evaluate(`(async () => {
    const button = [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Log scale");
    const drawn = document.querySelector(".u-over");
    button.click();
    await Promise.resolve();
    const first = [button.getAttribute("aria-pressed"), drawn.isConnected];
    while (drawn.isConnected) await new Promise(requestAnimationFrame);
    return [...first, document.querySelector(".u-over") !== null];
  })()`);
  expect(seen).toEqual(["true", true, true]);
  await close();
});
