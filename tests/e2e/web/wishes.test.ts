// What a reader asks of the page, in Chromium: a file with the numbers, finer buckets, another list, a simulation, a new experiment, all by keys too.
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fillRuns } from "../../testkit/api/bench-world.ts";
import { get } from "../../testkit/api/test-api.ts";
import { plantExperiment } from "../../testkit/planted-experiment.ts";
import { buildPage, launchBrowser, visit } from "../../testkit/web/browser.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

let world: World;
let url: string;
let browser: Browser;
/** Experiments by name: `short` has two runs of 200 steps, `long` one of 40,000, `planted` has not begun. */
const experiments = { short: "", long: "", planted: "planted" };
const SOON = { timeout: 20_000 };

beforeAll(async () => {
  buildPage();
  world = await startWorld();
  const [api, launched, short, long] = await Promise.all([
    world.startApi(),
    launchBrowser(),
    fillRuns({ world }, 2, 1, 200),
    fillRuns({ world }, 1, 1, 40_000),
    plantExperiment(world, { id: experiments.planted }),
  ]);
  [url, browser] = [api.url, launched];
  const experimentOf = async ([id]: readonly string[]): Promise<string> =>
    (await get(url, "query ($id: ID!) { run(id: $id) { experiment { id } } }", { id })).run.experiment.id;
  experiments.short = await experimentOf(short);
  experiments.long = await experimentOf(long);
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await world?.close();
});

interface Place {
  readonly step: number;
  readonly estimate: { readonly mean: number; readonly low: number; readonly high: number; readonly n: number };
}

const easyShare = ({ drawn }: { readonly drawn: readonly { readonly bucket: string; readonly value: number }[] }): number =>
  drawn.find(({ bucket }) => bucket === "EASY")?.value ?? 0;

const query = (page: Page): URLSearchParams => new URL(page.url()).searchParams;

describe("a chart", () => {
  test("gives a CSV whose every number is the API's, and the page shows its last row", async () => {
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
    "asks for finer buckets where a wheel with Ctrl zooms in, and for what lies beside where it is moved",
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
        if (body !== null) widths.push(body.data.metricSeries[0].bucketSteps);
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
});

test("the list's filter, order and columns are in its address, and a reload shows the same", async () => {
  const { page, close } = await visit(browser, url);
  const names = () => page.locator("table.experiments tbody tr a strong").allTextContents();
  await expect.poll(async () => (await names()).length, SOON).toBe(3);
  await page.getByRole("button", { name: "Name and question" }).click();
  await expect.poll(names, SOON).toEqual((await names()).toSorted((one, other) => one.localeCompare(other)));
  await page.getByRole("combobox", { name: "Status" }).selectOption("QUEUED");
  await expect.poll(names, SOON).toEqual(["planted"]);
  await page.getByText("Columns").click();
  await page.getByLabel("Steps", { exact: true }).uncheck();
  await expect.poll(() => page.getByRole("progressbar").count(), SOON).toBe(0);
  expect(Object.fromEntries(query(page))).toEqual({ name: "status:queued", sort: "name+", hide: "steps" });
  await page.reload();
  await expect.poll(names, SOON).toEqual(["planted"]);
  expect(await page.getByRole("progressbar").count()).toBe(0);
  await page.getByLabel("Name", { exact: true }).fill("status:nonsense");
  await page.getByText("No status is called nonsense").waitFor();
  await close();
});

test("the simulator says what the API says of a preset, and what is wrong with an own curriculum", { timeout: 120_000 }, async () => {
  const { simulateCurriculum } = await get(
    url,
    `{ simulateCurriculum(input: { source: "classic", steps: 64, groupsPerStep: 4 }) { simulation { uniqueProblems problems windows { drawn { bucket value } } } } }`,
  );
  const { windows, uniqueProblems, problems } = simulateCurriculum.simulation;
  const { page, close } = await visit(browser, `${url}/curricula`);
  await page.getByLabel("Steps").fill("64");
  await page.getByLabel("Groups a step").fill("4");
  await page.getByText(`${uniqueProblems} of ${problems} problems drawn`).waitFor();
  expect(Object.fromEntries(query(page))).toEqual({ steps: "64", groups: "4" });
  const shares = page.getByRole("group", { name: "Simulated numbers" }).locator("tbody td:nth-child(2)");
  const [easy = ""] = await shares.allTextContents();
  const told = easy.split(" → ").map(Number);
  expect(told[0]).toBeCloseTo(easyShare(windows[0]), 3);
  expect(told[1]).toBeCloseTo(easyShare(windows.at(-1)), 3);
  await page.getByRole("button", { name: "Simulate only-hard" }).click();
  await expect.poll(async () => (await shares.allTextContents()).at(-1), SOON).toBe("1.000 → 1.000");
  expect(query(page).get("source")).toBe("only-hard");
  await page.getByRole("combobox", { name: "Curriculum" }).selectOption("own, as YAML");
  await page.locator("textarea").fill("sampler: { kind: nonsense }");
  await page.locator("textarea").blur();
  await page.getByRole("alert").waitFor();
  await close();
});

test("keys search, go to pages and to the next run, and tell of themselves; in a field they are letters", async () => {
  const { experiment } = await get(url, "query ($id: ID!) { experiment(id: $id) { runs { id } } }", {
    id: experiments.short,
  });
  const [first, second] = experiment.runs.map(({ id }: { id: string }) => id);
  const { page, complaints, close } = await visit(browser, url);
  const path = () => decodeURIComponent(new URL(page.url()).pathname);
  await page.getByRole("link", { name: "planted" }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("planted");
  expect(query(page).get("name")).toBe("planted");
  await page.locator("h1").click();
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await page.keyboard.press("n");
  await expect.poll(path, SOON).toBe("/new");
  await page.keyboard.press("e");
  await expect.poll(path, SOON).toBe("/");
  await page.goto(`${url}/runs/${encodeURIComponent(first)}`);
  await page.locator('a[data-key="]"]').waitFor();
  await page.keyboard.press("]");
  await expect.poll(path, SOON).toBe(`/runs/${second}`);
  await page.locator('a[data-key="["]').waitFor();
  await page.keyboard.press("[");
  await expect.poll(path, SOON).toBe(`/runs/${first}`);
  await page.locator('a[data-key="c"]').waitFor();
  await page.keyboard.press("c");
  await expect.poll(path, SOON).toBe(`/experiments/${experiments.short}`);
  expect(complaints).toEqual([]);
  await close();
});

test("a text on the page becomes an experiment that runs to its end, and a wrong one cannot be started", { timeout: 300_000 }, async () => {
  await world.startWorker();
  const { page, complaints, close } = await visit(browser, `${url}/new`);
  const { experiment, problemSets } = await get(
    url,
    `query ($id: ID!) { experiment(id: $id) { specification } problemSets(first: 1) { nodes { id } } }`,
    { id: experiments.planted },
  );
  const start = page.getByRole("button", { name: "Start the experiment" });
  const write = async (steps: number): Promise<void> => {
    await page.locator(".cm-content").click();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.insertText(
      JSON.stringify({
        name: "from-the-page",
        problems: { set: problemSets.nodes[0].id },
        policy: { warmStart: experiment.specification.policy.warmStart },
        training: { steps, groupsPerStep: 2, groupSize: 2 },
        evaluation: { problems: 2, samples: 1 },
        seeds: [1],
        arms: [{ name: "uniform", curriculum: "uniform" }],
      }),
    );
  };
  await write(-1);
  await page.getByText("training.steps").first().waitFor();
  expect(await start.isDisabled()).toBe(true);
  await write(1);
  await page.getByText("1 run", { exact: false }).first().waitFor();
  await expect.poll(() => start.isDisabled(), SOON).toBe(false);
  await start.click();
  await page.getByRole("heading", { name: "from-the-page" }).waitFor(SOON);
  await page.locator("main .badge", { hasText: "completed" }).first().waitFor({ timeout: 200_000 });
  const id = decodeURIComponent(new URL(page.url()).pathname.split("/").at(-1) ?? "");
  const stored = await get(url, "query ($id: ID!) { experiment(id: $id) { name runs { stepsDone totalSteps } } }", { id });
  expect(stored.experiment).toEqual({ name: "from-the-page", runs: [{ stepsDone: 1, totalSteps: 1 }] });
  expect(complaints).toEqual([]);
  await close();
});
