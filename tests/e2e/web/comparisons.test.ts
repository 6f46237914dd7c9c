// What is compared beside arms, in Chromium: groups of runs by any keys, evaluation suites, runs that others train. Every number is the API's.
import { readFile } from "node:fs/promises";
import { createExperiment } from "@gradus/api/commands/create-experiment";
import { contentHash } from "@gradus/domain";
import { freezeProblemSet } from "@gradus/prisma/training/problem-set-store";
import { inRun, recordPoints } from "@gradus/prisma/training/run-transaction";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { get } from "../../testkit/api/test-api.ts";
import { axeViolations, overflowOf, visit } from "../../testkit/web/browser.ts";
import { SOON, startPageWorld } from "../../testkit/web/page-world.ts";
import type { PageWorld } from "../../testkit/web/page-world.ts";

let world: PageWorld;
let url: string;
let browser: Browser;

beforeAll(async () => {
  world = await startPageWorld();
  ({ url, browser } = world);
}, 300_000);
afterAll(() => world?.close());

interface Place {
  readonly step: number;
  readonly estimate: { readonly mean: number; readonly low: number; readonly high: number; readonly n: number };
}

const query = (page: Page): URLSearchParams => new URL(page.url()).searchParams;

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
  // Their experiment's page begins with what they log and says nothing of what only runs of ours have; two runs of one seed count once.
  const { runs } = await get(url, "query ($text: String!) { runs(filter: { text: $text }, first: 1) { nodes { id experiment { id } } } }", {
    text: filter,
  });
  const [{ id: runId, experiment }] = runs.nodes;
  const { comparison } = await get(
    url,
    `query ($id: ID!) { comparison(of: { experimentId: $id }, metrics: ["loss"]) { arms { metrics { estimate { mean low high n } } } } }`,
    { id: experiment.id },
  );
  const [{ metrics }] = comparison.arms;
  expect(metrics[0].estimate).toMatchObject({ mean: 1.375, n: 2 });
  await page.goto(`${url}/experiments/${experiment.id}`);
  const titles = () => page.locator(".panel-title > span:first-child").allTextContents();
  await expect.poll(titles, SOON).toEqual(["loss"]);
  await expect.poll(() => page.locator('td[data-metric="loss"] .estimate').textContent(), SOON).toBe(shown(metrics[0].estimate));
  await expect.poll(() => page.locator(".chart-readout").first().textContent(), SOON).toContain("n = 2");
  expect(await page.locator(".chart-readout .line-value").first().textContent()).toContain(
    shown(metrics[0].estimate).split(" n =")[0] ?? "",
  );
  expect(await page.getByText("Held-out").count()).toBe(0);
  await page.goto(`${url}/runs/${encodeURIComponent(runId)}`);
  await expect.poll(titles, SOON).toEqual(["loss"]);
  await page.getByText('"lr": 0.2').waitFor();
  expect(await page.getByRole("button", { name: "Fork…" }).count()).toBe(0);
  // Opened before anything was logged, a page finds what is.
  const { createRun } = await get(url, "mutation ($input: CreateRunInput!) { createRun(input: $input) { segment run { id } } }", {
    input: { experiment: "fresh", name: "first try" },
  });
  await page.goto(`${url}/runs/${encodeURIComponent(createRun.run.id)}`);
  await page.getByRole("heading", { level: 1, name: "first try" }).waitFor();
  await page.getByText("No points yet.").first().waitFor();
  const input = { runId: createRun.run.id, segment: createRun.segment, batchId: "1" };
  const series = [{ name: "own/score", steps: [1], values: [0.5], times: [1] }];
  await get(url, "mutation ($input: LogMetricsInput!) { logMetrics(input: $input) { ok } }", { input: { ...input, series } });
  await expect.poll(titles, SOON).toEqual(["own/score"]);
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
