// How experiments, runs and problems are found in lists, in Chromium: by words, tags and keys, in orders and columns, all in the address.
import { contentHash } from "@gradus/domain";
import { freezeProblemSet } from "@gradus/prisma/training/problem-set-store";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fillRuns } from "../../testkit/api/bench-world.ts";
import { get } from "../../testkit/api/test-api.ts";
import { plantExperiment } from "../../testkit/planted-experiment.ts";
import { visit } from "../../testkit/web/browser.ts";
import { SOON, startPageWorld } from "../../testkit/web/page-world.ts";
import type { PageWorld } from "../../testkit/web/page-world.ts";

let world: PageWorld;
let url: string;
let browser: Browser;
/** `short` has two runs of 200 steps, `planted` has not begun; there is one more. */
const experiments = { short: "", planted: "planted" };

beforeAll(async () => {
  world = await startPageWorld();
  ({ url, browser } = world);
  await plantExperiment(world, { id: experiments.planted });
  await fillRuns({ world }, 1, 1, 10);
  experiments.short = await experimentOf(await fillRuns({ world }, 2, 1, 200));
}, 300_000);
afterAll(() => world?.close());

const experimentOf = async ([id]: readonly string[]): Promise<string> =>
  (await get(url, "query ($id: ID!) { run(id: $id) { experiment { id } } }", { id })).run.experiment.id;

const query = (page: Page): URLSearchParams => new URL(page.url()).searchParams;

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
  // Where the pointer is behind the end of the other run, that one keeps its row: nothing moves under the pointer.
  const over = page.locator(".u-over").first();
  const box = await over.boundingBox();
  if (box === null) throw new Error("the chart has no box");
  await over.hover({ position: { x: box.width - 1, y: 60 } });
  await expect.poll(() => readout.textContent(), SOON).toMatch(/^step 3/);
  expect(await readout.locator(".line-value").allTextContents()).toEqual(expect.arrayContaining(["0.125", "–"]));
  expect((await over.boundingBox())?.y).toBe(box.y);
  await page.reload();
  await expect.poll(rows, SOON).toEqual([third, first]);
  await expect.poll(() => page.locator("tr[data-run] input:checked").count(), SOON).toBe(2);
  await page.getByLabel("Filter").fill("nonsense ~ 3");
  await page.locator(".notice").waitFor();
  expect(complaints).toEqual([]);
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
