// Every page in Chromium at every width, in both themes: nothing runs over, and axe finds nothing. Over a whole Gradus with an experiment that really ran.
import { setRunStatus } from "@gradus/prisma/training/run-store";
import { inRun, recordPoints } from "@gradus/prisma/training/run-transaction";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSample } from "../../testkit/api/sample-experiment.ts";
import { fillRuns } from "../../testkit/api/bench-world.ts";
import { get } from "../../testkit/api/test-api.ts";
import { connectTemporal, plantExperiment, startExperiment } from "../../testkit/planted-experiment.ts";
import { axeViolations, launchBrowser, overflowOf, visit } from "../../testkit/web/browser.ts";
import { fillSynthesis } from "../../testkit/web/fill-synthesis.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

let world: World;
let api: Awaited<ReturnType<World["startApi"]>>;
let browser: Browser;
let runIds: readonly string[];
const EXPERIMENT = "planted";
const SOON = { timeout: 20_000 };

beforeAll(async () => {
  world = await startWorld();
  [api, browser] = await Promise.all([world.startApi(), launchBrowser()]);
  runIds = await plantExperiment(world, {
    id: EXPERIMENT,
    seeds: [1, 2],
    curricula: ["uniform", "classic"],
    training: { steps: 4 },
    evaluation: { every: 2 },
  });
  await world.startWorker();
  const client = await connectTemporal(world.temporal.address);
  await (
    await startExperiment(client, EXPERIMENT)
  )();
  await client.connection.close();
}, 400_000);
afterAll(async () => {
  await browser?.close();
  await world?.close();
});

test("every page keeps to the window from 390 to 2560 pixels and breaks no rule of axe, in both themes", { timeout: 600_000 }, async () => {
  const { problems } = await get(api.url, "{ problems(first: 1) { nodes { id } } }");
  const { rollouts } = await get(api.url, "query ($runId: ID!) { rollouts(filter: { runId: $runId }, first: 1) { nodes { id } } }", {
    runId: runIds[2],
  });
  await fillSynthesis(world, "written", 4);
  const sample = await createSample(world.database, "watched");
  const [watched = ""] = sample.runIds;
  await setRunStatus(world.database.sql, watched, "RUNNING");
  const input = { name: "low", kind: "THRESHOLD", metric: "late", side: "BELOW", threshold: 0, experimentId: sample.id };
  await get(api.url, "mutation ($input: CreateAlertRuleInput!) { createAlertRule(input: $input) { ok } }", { input });
  await inRun(world.database.sql, watched, null, (tx, emit) => recordPoints(tx, emit, watched, [{ name: "late", step: 1, value: -1 }]));
  const open = async (): Promise<number> => (await get(api.url, "{ alerts(filter: { isOpen: true }) { totalCount } }")).alerts.totalCount;
  await expect.poll(open, SOON).toBe(1);
  // Runs that others train have pages with other parts.
  const [external = ""] = await fillRuns({ world }, 2, 1, 50);
  const { run } = await get(api.url, "query ($id: ID!) { run(id: $id) { experiment { id } } }", { id: external });
  const paths = [
    "/",
    `/experiments/${run.experiment.id}?seeds=all`,
    `/runs/${external}`,
    `/experiments/${EXPERIMENT}`,
    `/experiments/${EXPERIMENT}?by=attributes.arm`,
    "/runs?by=attributes.experiment,attributes.arm",
    `/runs/${runIds[2]}?events=all`,
    `/runs/${runIds[2]}/steps/1`,
    "/problems",
    `/problems/${problems.nodes[0].id}`,
    "/runs?runs=all",
    "/runs?shelf=archived",
    `/runs/${watched}`,
    "/?shelf=deleted",
    `/rollouts/${encodeURIComponent(rollouts.nodes[0].id)}`,
    "/synthesis",
    "/synthesis/written?rejection=DUPLICATE",
    "/nodes",
    "/settings",
    "/curricula",
    "/new",
    "/nowhere",
  ];
  const grounds = new Set<string>();
  const looks = [390, 1440].flatMap((width) => (["light", "dark"] as const).map((theme) => ({ width, theme })));
  for (const { width, theme } of looks) {
    const { page, complaints, close } = await visit(browser, api.url, { width, theme });
    for (const path of paths) {
      await page.goto(`${api.url}${path}`);
      await page.locator("main h1, main h3").first().waitFor();
      await expect.poll(() => page.locator(".skeleton").count(), { timeout: 20_000 }).toBe(0);
      expect(await overflowOf(page), `${path} ${width} ${theme}`).toBeLessThanOrEqual(0);
      expect(await axeViolations(page), `${path} ${width} ${theme}`).toEqual([]);
      if (width < 1440 || theme !== "light") continue;
      await page.setViewportSize({ width: 2560, height: 1440 });
      expect(await overflowOf(page), `${path} 2560`).toBeLessThanOrEqual(0);
      await page.setViewportSize({ width, height: 900 });
    }
    grounds.add((await page.evaluate("getComputedStyle(document.body).backgroundColor")) as string);
    expect(complaints).toEqual([]);
    await close();
  }
  expect(grounds.size).toBe(2);
});
