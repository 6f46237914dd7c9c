// What a reader asks of the page, in Chromium: a file with the numbers, finer buckets, another list, a simulation, a new experiment, all by keys too.
import { readFile } from "node:fs/promises";
import { createExperiment } from "@gradus/api/commands/create-experiment";
import { contentHash } from "@gradus/domain";
import { freezeProblemSet } from "@gradus/prisma/training/problem-set-store";
import { inRun, recordPoints } from "@gradus/prisma/training/run-transaction";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fillRuns } from "../../testkit/api/bench-world.ts";
import { get } from "../../testkit/api/test-api.ts";
import { plantExperiment } from "../../testkit/planted-experiment.ts";
import { axeViolations, launchBrowser, overflowOf, visit } from "../../testkit/web/browser.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

let world: World;
let url: string;
let browser: Browser;
/** Experiments by name: `short` has two runs of 200 steps, `long` one of 40,000, `planted` has not begun. */
const experiments = { short: "", long: "", planted: "planted" };
const SOON = { timeout: 20_000 };

beforeAll(async () => {
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
});

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
  // Tags are set on an experiment's page and filter the list, by words and by a click.
  await page.goto(`${url}/experiments/${experiments.planted}`);
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await page.getByLabel("Tags, a line each").fill("team=red\nnote=two words");
  await page.getByLabel("Notes", { exact: true }).fill("Watch the second seed.");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Watch the second seed.").waitFor();
  const stored = await get(url, "query ($id: ID!) { experiment(id: $id) { tags notes } }", { id: experiments.planted });
  expect(stored.experiment).toEqual({ tags: { team: "red", note: "two words" }, notes: "Watch the second seed." });
  await page.goto(`${url}/?sort=tags-`);
  await expect.poll(async () => (await names())[0], SOON).toBe("planted");
  await page.getByRole("button", { name: "note=two words" }).click();
  await expect.poll(names, SOON).toEqual(["planted"]);
  expect(query(page).get("name")).toBe('tag:"note=two words"');
  await page.getByLabel("Name", { exact: true }).fill("tag:team=blue");
  await page.getByText("No experiment is like").waitFor();
  await close();
});

test("runs are found by words and tags, stand in the order of a metric, and are laid over one another, all in the address", async () => {
  const made = [];
  for (const [seed, team] of ["red", "blue", "red"].entries()) {
    const { createRun } = await get(url, `mutation ($input: CreateRunInput!) { createRun(input: $input) { segment run { id } } }`, {
      input: { experiment: "tagged", seed, tags: { team } },
    });
    const [runId, segment] = [createRun.run.id, createRun.segment];
    const series = [{ name: "my loss", steps: [0, 1, 2], values: [3, 2, 1 + seed], times: [1, 2, 3] }];
    await get(url, "mutation ($input: LogMetricsInput!) { logMetrics(input: $input) { ok } }", {
      input: { runId, segment, batchId: "1", series },
    });
    made.push({ runId, segment });
  }
  const [first, second, third] = made.map(({ runId }) => runId);
  const { page, complaints, close } = await visit(
    browser,
    `${url}/runs?metric=my+loss&filter=${encodeURIComponent("tags.team in ('red', 'blue')")}`,
  );
  const rows = () => page.locator("tr[data-run]").evaluateAll((all) => all.map((row) => row.getAttribute("data-run")));
  await expect.poll(async () => (await rows()).length, SOON).toBe(3);
  await page.getByRole("button", { name: "my loss", exact: true }).click();
  await expect.poll(rows, SOON).toEqual([third, second, first]);
  expect(await page.locator('td[data-value="last"]').allTextContents()).toEqual(["3.000", "2.000", "1.000"]);
  await page.getByRole("button", { name: "team=red" }).first().click();
  await expect.poll(rows, SOON).toEqual([third, first]);
  await page.getByRole("button", { name: "Lay all over one another" }).click();
  const readout = page.locator(".chart-readout").first();
  await expect.poll(() => readout.locator(".arm-key").count(), SOON).toBe(2);
  // A run that goes on is seen to go on.
  const series = [{ name: "my loss", steps: [3], values: [0.125], times: [4] }];
  const input = { runId: first, segment: made[0]?.segment, batchId: "2", series };
  await page.locator(".connection[data-state=LIVE]").waitFor();
  await get(url, "mutation ($input: LogMetricsInput!) { logMetrics(input: $input) { ok } }", { input });
  await expect.poll(() => readout.textContent(), SOON).toContain("0.125");
  await page.reload();
  await expect.poll(rows, SOON).toEqual([third, first]);
  await expect.poll(() => page.locator("tr[data-run] input:checked").count(), SOON).toBe(2);
  await page.getByLabel("Filter").fill("nonsense ~ 3");
  await page.locator(".notice").waitFor();
  expect(complaints).toEqual([]);
  await close();
});

/** The readout where nobody points. */
const latest = (of: readonly (readonly [number, number])[]): string =>
  `latest, seconds since the run began ${(Math.round((of.at(-1)?.[1] ?? NaN) * 10) / 10).toLocaleString("en")}`;

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

/** Formats as the page does, up to 10. */
const shown = ({ mean, low, high, n }: Place["estimate"]): string =>
  `${mean.toFixed(3)} ${low === null ? "" : `[${low.toFixed(3)}, ${high.toFixed(3)}] `}n = ${n}`.replaceAll("-", "−");

const numbers = (of: Place["estimate"] | undefined) => [of?.mean, of?.low, of?.high, of?.n].map((one) => one ?? null);

test("runs are grouped by any keys with seeds collapsed: table, file and address have the API's numbers", async () => {
  for (const [at, [team, lr, seed]] of (
    [
      ["red", 0.1, 1],
      ["red", 0.1, 2],
      ["blue", 0.1, 1],
      ["blue", 0.2, 2],
    ] as const
  ).entries()) {
    const { createRun } = await get(url, `mutation ($input: CreateRunInput!) { createRun(input: $input) { segment run { id } } }`, {
      input: { experiment: "grouped", seed, tags: { team }, config: { optimizer: { lr } }, key: String(at) },
    });
    const series = [{ name: "loss", steps: [1, 2], values: [3 + at, 1 + at / 4], times: [1, 2] }];
    const input = { runId: createRun.run.id, segment: createRun.segment, batchId: "1", series };
    await get(url, "mutation ($input: LogMetricsInput!) { logMetrics(input: $input) { ok } }", { input });
  }
  const filter = "experiment = 'grouped'";
  const ASKED = `query ($text: String!, $keys: [RunKey!], $baseline: [JSON]) { groupComparison(of: { text: $text }, groupBy: $keys, metrics: ["loss"], baseline: $baseline) {
    baseline guardRails groups { label runs { id } metrics { estimate { mean low high n } difference { estimate { mean low high n } } } } } }`;
  const answer = async (keys: readonly object[], baseline: readonly unknown[] | null = null) =>
    (await get(url, ASKED, { text: filter, keys, baseline })).groupComparison;
  const { page, complaints, close } = await visit(browser, `${url}/runs?metric=loss&filter=${encodeURIComponent(filter)}`);
  const panel = page.getByRole("region", { name: "Groups of runs" });
  const rows = () => panel.locator("tr[data-group]").evaluateAll((all) => all.map((row) => row.getAttribute("data-group")));
  const add = async (key: string): Promise<void> => {
    await panel.getByRole("combobox", { name: "Group by" }).fill(key);
    await page.keyboard.press("Enter");
  };
  await add("tags.team");
  await expect.poll(rows, SOON).toEqual(['tags.team="blue"', 'tags.team="red"']);
  const byTeam = await answer([{ property: "TAG", name: "team" }]);
  for (const { label, metrics } of byTeam.groups) {
    const cell = panel.locator(`tr[data-group='${label}'] td[data-metric="loss"]`);
    expect(await cell.locator(".estimate").first().textContent()).toBe(shown(metrics[0].estimate));
  }
  for (const rail of byTeam.guardRails) await panel.getByText(rail, { exact: true }).waitFor();
  await panel.locator('summary[aria-label="Download Groups"]').click();
  const [download] = await Promise.all([page.waitForEvent("download"), panel.getByRole("button", { name: "CSV" }).last().click()]);
  const [, ...lines] = (await readFile(await download.path(), "utf8")).trimEnd().split("\r\n");
  type Grouped = { readonly metrics: readonly { estimate: Place["estimate"]; difference: { estimate: Place["estimate"] } | null }[] };
  const told = lines.map((line) => line.split(",").slice(-8));
  expect(told.map((cells) => cells.map((text) => (text === "" ? null : Number(text))))).toEqual(
    byTeam.groups.map(({ metrics: [of] }: Grouped) => [...numbers(of?.estimate), ...numbers(of?.difference?.estimate)]),
  );
  await panel.getByLabel("Differences to").selectOption('tags.team="red"');
  await expect.poll(() => query(page).get("against"), SOON).toBe('["red"]');
  await add("optimizer.lr");
  await expect
    .poll(rows, SOON)
    .toEqual(['tags.team="blue", optimizer.lr=0.1', 'tags.team="blue", optimizer.lr=0.2', 'tags.team="red", optimizer.lr=0.1']);
  expect(query(page).get("against"), "groups by other keys are other groups").toBeNull();
  await page.reload();
  await expect.poll(async () => (await rows()).length, SOON).toBe(3);
  expect(await axeViolations(page)).toEqual([]);
  await panel.getByRole("button", { name: "Do not group by tags.team" }).click();
  await expect.poll(rows, SOON).toEqual(["optimizer.lr=0.1", "optimizer.lr=0.2"]);
  await add("attributes.colour");
  await panel.getByRole("alert").getByText("one of status").waitFor();
  await page.goBack();
  await expect.poll(rows, SOON).toEqual(["optimizer.lr=0.1", "optimizer.lr=0.2"]);
  expect(complaints).toEqual([]);
  await close();
});

test("suites of an experiment stand in a table of its own, part by part, with the API's intervals and n", async () => {
  const { sql } = world.database;
  const content = {
    environment: "INDUCTION" as const,
    message: "held out",
    entryPoint: "f",
    reference: "def f(x):\n return x\n",
    tests: [{ kind: "call" as const, args: "1", expected: "1" }],
    visibleTests: 1,
  };
  const frame = { origin: { teacher: "t" }, operations: [], passRate: { passes: 16, attempts: 32 }, bucket: "MEDIUM" as const };
  const member = (message: string, split: "TRAIN" | "HELD_OUT") => {
    const body = { ...content, message };
    return { ...body, ...frame, contentHash: contentHash(body), astHash: message, split };
  };
  const set = await freezeProblemSet(sql, "default", "suited", [member("trained", "TRAIN"), member("held", "HELD_OUT")]);
  const source = `
name: suited
problems: { set: ${set} }
evaluation: { samples: 2, suites: [{ name: late, domain: OUT_OF_DOMAIN }] }
seeds: [1, 2, 3]
arms: [{ name: uniform, curriculum: uniform }, { name: classic, curriculum: classic }]`;
  const id = await createExperiment(world.database, { source, key: "suited" });
  const metrics = ["evaluation/pass@1", "evaluation/late/pass@1", "evaluation/late/pass@1/HARD"];
  for (const [arm, lift] of [["uniform", 0] as const, ["classic", 0.2] as const])
    for (const seed of [1, 2, 3]) {
      const runId = `${id}.${arm}.${seed}`;
      const points = metrics.map((name, at) => ({
        name,
        step: 1,
        value: 0.1 + lift + seed / 20 + at / 10 + (arm === "classic" ? seed ** 2 / 200 : 0),
      }));
      await inRun(sql, runId, null, (tx, emit) => recordPoints(tx, emit, runId, points));
    }
  const { comparison } = await get(
    url,
    `query ($id: ID!, $metrics: [String!]) { comparison(of: { experimentId: $id }, metrics: $metrics) { arms { arm { name } metrics { name estimate { mean low high n } } } } }`,
    { id, metrics },
  );
  const { page, complaints, close } = await visit(browser, `${url}/experiments/${id}`, { width: 390 });
  const panel = page.getByRole("region", { name: "Evaluation suites" });
  const rows = () => panel.locator("tr[data-suite]").evaluateAll((all) => all.map((row) => row.getAttribute("data-suite")));
  await expect.poll(rows, SOON).toEqual(metrics.slice(0, 2));
  await panel.getByRole("button", { name: "In parts" }).click();
  await expect.poll(rows, SOON).toEqual(metrics);
  for (const [at, { metrics: ofArm }] of comparison.arms.entries())
    for (const { name, estimate } of ofArm) {
      const cell = panel.locator(`tr[data-suite="${name}"] td .estimate:first-child`).nth(at);
      await expect.poll(() => cell.textContent(), SOON).toBe(shown(estimate));
    }
  expect(await panel.locator('tr[data-suite="evaluation/late/pass@1/HARD"]').textContent()).toContain("out of domain");
  expect(await overflowOf(page)).toBeLessThanOrEqual(0);
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

test("a chain of problems is a graph from what each was mutated from, and leads from one to the next", async () => {
  const written = ["take 5", "take 5 then double", "take 5 then square", "take 5 then double then last"].map((message, at) => {
    const body = {
      environment: "INDUCTION" as const,
      message,
      entryPoint: "f",
      reference: `def f(x):\n return x - 5 + ${at}\n`,
      tests: [{ kind: "call" as const, args: "3", expected: String(at - 2) }],
      visibleTests: 1,
    };
    return { body, hash: contentHash(body) };
  });
  const parents = [undefined, 0, 0, 1];
  const problems = written.map(({ body, hash }, at) => ({
    ...body,
    contentHash: hash,
    astHash: hash,
    operations: [],
    split: "TRAIN" as const,
    passRate: null,
    bucket: null,
    origin: {
      teacher: "a test",
      chain: "stones",
      rung: [0, 1, 1, 2][at] ?? 0,
      ...(parents[at] === undefined ? {} : { parentHash: written[parents[at]]?.hash ?? "" }),
    },
  }));
  await freezeProblemSet(world.database.sql, "default", "stones", problems);
  const stored = await get(url, `{ problems(filter: { chain: "stones" }, first: 9) { nodes { id message parent { id } } } }`);
  const last = stored.problems.nodes.find(({ message }: { message: string }) => message.endsWith("last"));
  const { page, complaints, close } = await visit(browser, `${url}/problems/${encodeURIComponent(last.id)}`);
  const graph = page.getByRole("group", { name: "Lineage of chain stones" });
  await graph.waitFor();
  expect(await graph.locator("svg path").count()).toBe(
    stored.problems.nodes.filter(({ parent }: { parent: unknown }) => parent !== null).length,
  );
  const left = async (message: string): Promise<number> => (await graph.getByTitle(message, { exact: true }).boundingBox())?.x ?? NaN;
  expect(await left("take 5")).toBeLessThan(await left("take 5 then double"));
  expect(await left("take 5 then double")).toBe(await left("take 5 then square"));
  expect(await graph.locator('a[aria-current="page"]').textContent()).toContain(last.message);
  await graph.getByTitle("take 5 then square", { exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "take 5 then square" }).waitFor();
  // The list by environment, origin and bucket has as many as the API counts.
  const count = async (filter: object): Promise<number> =>
    (await get(url, "query ($filter: ProblemFilter) { problems(filter: $filter) { totalCount } }", { filter })).problems.totalCount;
  const isCounted = async (filter: object): Promise<void> => {
    const many = await count(filter);
    await page
      .getByRole("heading", { level: 2, name: `${many.toLocaleString("en")} problem${many === 1 ? "" : "s"}`, exact: true })
      .waitFor();
  };
  await page.goto(`${url}/problems`);
  await page.getByLabel("Origin").fill("a test");
  await isCounted({ originContains: "a test" });
  await expect.poll(() => page.locator("tr[data-problem]").count(), SOON).toBe(written.length);
  expect(await page.locator('tr[data-problem] [data-value="bucket"]').allTextContents()).toEqual(written.map(() => "not measured"));
  await page.getByLabel("Origin").fill("");
  await page.getByRole("combobox", { name: "Bucket" }).selectOption("HARD");
  await isCounted({ bucket: "HARD" });
  expect(new Set(await page.locator('tr[data-problem] [data-value="bucket"]').allTextContents()).size).toBeGreaterThan(0);
  for (const text of await page.locator('tr[data-problem] [data-value="bucket"]').allTextContents())
    expect(text).toMatch(/^hard\d+ of \d+$/);
  await page.getByRole("combobox", { name: "Environment" }).selectOption("CONTEST");
  await page.getByText("No problem is like this.").waitFor();
  expect(Object.fromEntries(query(page))).toEqual({ bucket: "HARD", environment: "CONTEST" });
  expect(complaints).toEqual([]);
  await close();
});

test("a page whose script does not come says so, and the others go on", async () => {
  const { page, close } = await visit(browser, url);
  await page.route("**/assets/settings-page*", (route) => route.abort());
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("alert").getByText("This page broke.").waitFor();
  await page.getByRole("link", { name: "Nodes" }).click();
  await page.getByRole("heading", { level: 1, name: "Nodes" }).waitFor();
  await close();
});

test("scripts come compressed and are kept for good, the page itself is not", async () => {
  const html = await fetch(url, { headers: { accept: "text/html" } });
  expect(html.headers.get("cache-control")).toContain("max-age=0");
  const [, script = ""] = /src="(\/assets\/[^"]+\.js)"/.exec(await html.text()) ?? [];
  const read = async (encoding: string) => {
    const response = await fetch(`${url}${script}`, { headers: { "accept-encoding": encoding } });
    const { headers } = response;
    return {
      text: await response.text(),
      encoding: headers.get("content-encoding"),
      type: headers.get("content-type"),
      kept: headers.get("cache-control"),
    };
  };
  const [zipped, plain] = [await read("gzip"), await read("identity")];
  expect([zipped.encoding, plain.encoding]).toEqual(["gzip", null]);
  expect(zipped.text).toBe(plain.text);
  for (const { type, kept } of [zipped, plain]) {
    expect(type).toContain("javascript");
    expect(kept).toContain("immutable");
  }
});

test("the simulator says what the API says of a preset, and what is wrong with an own curriculum", { timeout: 120_000 }, async () => {
  const { simulateCurriculum } = await get(
    url,
    `{ simulateCurriculum(input: { source: "classic", steps: 64, groupsPerStep: 4 }) { simulation { uniqueProblems problems windows { drawn { bucket value } } } } }`,
  );
  const { windows, uniqueProblems, problems } = simulateCurriculum.simulation;
  const { page, close } = await visit(browser, `${url}/curricula`);
  await page.getByRole("spinbutton", { name: "Steps" }).fill("64");
  await page.getByRole("spinbutton", { name: "Groups a step" }).fill("4");
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

test("a text on the page becomes an experiment that runs to its end, and a wrong one cannot be started", { timeout: 400_000 }, async () => {
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
  await page.getByLabel("Name of a template").fill("one step");
  await page.getByRole("button", { name: "Keep as a template" }).click();
  await page.getByText("Kept as the template one step.").waitFor();
  const kept = await get(url, "{ experimentTemplates { name source } }");
  expect(kept.experimentTemplates).toEqual([{ name: "one step", source: await page.locator(".cm-content").textContent() }]);
  await start.click();
  await page.getByRole("heading", { name: "from-the-page" }).waitFor(SOON);
  await page.locator("main .badge", { hasText: "completed" }).first().waitFor({ timeout: 200_000 });
  const id = decodeURIComponent(new URL(page.url()).pathname.split("/").at(-1) ?? "");
  const stored = await get(url, "query ($id: ID!) { experiment(id: $id) { name runs { stepsDone totalSteps } } }", { id });
  expect(stored.experiment).toEqual({ name: "from-the-page", runs: [{ stepsDone: 1, totalSteps: 1 }] });
  // A longer one is started and ended by hand: nothing happens to it while the order can be undone.
  const runIds = await plantExperiment(world, { id: "by-hand", training: { steps: 200 } });
  const statusOf = async (): Promise<string> =>
    (await get(url, "query ($id: ID!) { experiment(id: $id) { status } }", { id: "by-hand" })).experiment.status;
  await page.goto(`${url}/experiments/by-hand`);
  await page.getByRole("button", { name: "Start", exact: true }).click();
  const cancel = page.getByRole("button", { name: "Cancel", exact: true });
  await cancel.click({ timeout: 60_000 });
  await page.getByRole("button", { name: "Undo" }).click();
  expect(["PREPARING", "RUNNING"]).toContain(await statusOf());
  await cancel.click();
  await expect.poll(statusOf, { timeout: 60_000 }).toBe("CANCELLED");
  await page.locator("main .badge", { hasText: "cancelled" }).first().waitFor();
  const { run } = await get(url, "query ($id: ID!) { run(id: $id) { status } }", { id: runIds[0] });
  expect(run.status).toBe("CANCELLED");
  expect(complaints).toEqual([]);
  await close();
});
