// The page in Chromium over a whole Gradus with an experiment that really runs.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { get } from "../../testkit/api/test-api.ts";
import { plantExperiment } from "../../testkit/planted-experiment.ts";
import { axeViolations, buildPage, launchBrowser, overflowOf, visit } from "../../testkit/web/browser.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

let world: World;
let api: Awaited<ReturnType<World["startApi"]>>;
let browser: Browser;
let runIds: readonly string[];
const EXPERIMENT = "planted";
const STEPS = 4;
/** For what should be there at once, on a machine that has other things to do. */
const SOON = { timeout: 20_000 };

beforeAll(async () => {
  buildPage();
  world = await startWorld();
  [api, browser] = await Promise.all([world.startApi(), launchBrowser()]);
  runIds = await plantExperiment(world, {
    id: EXPERIMENT,
    seeds: [1, 2],
    curricula: ["uniform", "classic"],
    training: { steps: STEPS },
    evaluation: { every: 2 },
  });
  await world.startWorker();
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await world?.close();
});

/** The numbers in a text as a reader reads them. */
const numbersIn = (text: string | null): number[] =>
  [...(text ?? "").matchAll(/(?<![\w.])[+−]?\d[\d,]*(?:\.\d+)?(?:e[−\d]+)?/g)].map(([found]) =>
    Number(found.replaceAll("−", "-").replaceAll(",", "")),
  );

/** Shown with three decimals, or with four digits where there are more. */
function expectShown(shown: readonly number[], exact: readonly number[], where: string): void {
  expect(shown.length, where).toBe(exact.length);
  for (const [index, value] of exact.entries()) {
    expect(Math.abs((shown[index] ?? NaN) - value), `${where}: ${shown[index]} for ${value}`).toBeLessThanOrEqual(
      0.00051 * Math.max(1, Math.abs(value)),
    );
  }
}

describe("the page of an experiment", () => {
  test("shows an experiment as it is stored, then grows by what happens and asks for no history again", { timeout: 400_000 }, async () => {
    const { page, bodies, complaints, close } = await visit(
      browser,
      `${api.url}/experiments/${EXPERIMENT}?charts=train%2Freward+evaluation%2Fpass%401`,
    );
    await page.getByText("No points yet.").first().waitFor();
    await get(api.url, "mutation ($id: ID!) { startExperiment(id: $id) { ok } }", { id: EXPERIMENT });
    const bars = page.getByRole("progressbar");
    await expect.poll(async () => (await bars.first().getAttribute("aria-valuenow")) ?? "", { timeout: 200_000 }).not.toBe("0");
    await expect
      .poll(() => bars.evaluateAll((all) => all.map((bar) => bar.getAttribute("aria-valuenow"))), { timeout: 300_000, interval: 500 })
      .toEqual(runIds.map(() => String(STEPS)));
    await expect.poll(() => page.locator(".chart-readout").first().textContent(), { timeout: 20_000 }).toContain(`latest, step ${STEPS}`);
    const histories = bodies.filter((body) => body.includes("query Curves"));
    expect(histories.length).toBeGreaterThanOrEqual(2);
    expect(new Set(histories).size, "no history was asked for twice").toBe(histories.length);
    // Every run's badge and the experiment's own.
    await expect.poll(() => page.locator("main .badge", { hasText: "completed" }).count(), { timeout: 120_000 }).toBe(runIds.length + 1);
    expect(complaints).toEqual([]);
    await close();
  });

  test("has the numbers of the API: table, intervals, sentences and the ends of the curves", async () => {
    const { comparison } = await get(
      api.url,
      `query ($id: ID!) { comparison(of: { experimentId: $id }, curves: ["train/reward"]) { verdicts guardRails arms { arm { name }
        metrics { name estimate { mean low high n } difference { estimate { mean low high n } } } curves { points { step estimate { mean low high n } } } } } }`,
      { id: EXPERIMENT },
    );
    const { page, close } = await visit(browser, `${api.url}/experiments/${EXPERIMENT}`);
    await page.locator("tr[data-arm]").first().waitFor();
    expect(comparison.verdicts.length).toBeGreaterThan(0);
    for (const sentence of [...comparison.verdicts, ...comparison.guardRails])
      await expect.poll(() => page.getByText(sentence, { exact: true }).count(), { ...SOON, message: sentence }).toBe(1);
    const readout = page.getByRole("region", { name: "train/reward" }).locator(".chart-readout");
    await readout.getByText("uniform").waitFor();
    for (const { arm, metrics, curves } of comparison.arms) {
      for (const { name, estimate, difference } of metrics) {
        const cell = page.locator(`tr[data-arm="${arm.name}"] td[data-metric="${name}"] .estimate`);
        const estimates = difference === null ? [estimate] : [estimate, difference.estimate];
        expect(await cell.count()).toBe(estimates.length);
        for (const [index, { mean, low, high, n }] of estimates.entries())
          expectShown(numbersIn(await cell.nth(index).textContent()), [mean, low, high, n], `${arm.name} ${name} ${index}`);
      }
      const { mean, low, high, n } = curves[0].points.at(-1).estimate;
      const end = readout.locator(".arm-key", { hasText: arm.name });
      expectShown(numbersIn(await end.textContent()), [mean, low, high, n], `end of the curve of ${arm.name}`);
    }
    await close();
  });

  test("is the same view after a reload and a step back", async () => {
    const { page, close } = await visit(browser, `${api.url}/experiments/${EXPERIMENT}`);
    await page.getByRole("button", { name: "Every seed" }).click();
    await page.getByLabel("Differences to").selectOption("classic");
    await expect.poll(() => new URL(page.url()).search, SOON).toBe("?seeds=all&baseline=classic");
    await page.reload();
    await expect.poll(() => page.getByRole("button", { name: "Every seed" }).getAttribute("aria-pressed"), SOON).toBe("true");
    await expect.poll(() => page.getByLabel("Differences to").inputValue(), SOON).toBe("classic");
    await page.goBack();
    await expect.poll(() => page.getByLabel("Differences to").inputValue(), SOON).toBe("uniform");
    await close();
  });

  test("zooms into steps by a drag, and back by a double-click", async () => {
    const { page, close } = await visit(browser, `${api.url}/experiments/${EXPERIMENT}?charts=train%2Freward`);
    const over = page.locator(".u-over");
    await over.waitFor();
    const box = await over.boundingBox();
    if (box === null) throw new Error("the chart has no box");
    await page.mouse.move(box.x + box.width * 0.1, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => new URL(page.url()).searchParams.get("range"), SOON).toMatch(/^\d-\d$/);
    await page.locator(".u-over").dblclick();
    await expect.poll(() => new URL(page.url()).searchParams.get("range"), SOON).toBeNull();
    await close();
  });
});

describe("the other pages", () => {
  test("list experiments, find one by its name, and say so where none has it", async () => {
    const { page, close } = await visit(browser, api.url);
    await page.getByRole("link", { name: "planted" }).waitFor();
    await expect.poll(() => page.getByRole("progressbar").getAttribute("aria-valuenow"), SOON).toBe(String(STEPS * runIds.length));
    await page.getByLabel("Name").fill("nothing like it");
    await page.getByText("No experiment's name contains").waitFor();
    await page.getByLabel("Name").fill("LANT");
    await page.getByRole("link", { name: "planted" }).waitFor();
    expect(new URL(page.url()).searchParams.get("name")).toBe("LANT");
    await close();
  });

  test("show a step's rollouts with the API's rewards and advantages, and why a group was refused", async () => {
    const [runId = ""] = runIds;
    const { run } = await get(
      api.url,
      "query ($id: ID!) { run(id: $id) { step(step: 1) { groups { ordinal admitted refusedBy prompt rollouts { index completion reward advantage } } } } }",
      { id: runId },
    );
    const { page, close } = await visit(browser, `${api.url}/runs/${runId}/steps/1`);
    for (const { ordinal, admitted, refusedBy, prompt, rollouts } of run.step.groups) {
      await page.goto(`${api.url}/runs/${runId}/steps/1?group=${ordinal}`);
      const cards = page.locator("[data-rollout]");
      await cards.first().waitFor();
      expect(await cards.count()).toBe(rollouts.length);
      expect((await page.locator("pre").first().textContent())?.trim()).toBe(prompt.trim());
      expect(await page.getByText(admitted ? "Admitted: it trains the policy." : `Refused by the gate ${refusedBy}`).count()).toBe(1);
      const shown = await page.locator('[data-value="reward"]').allTextContents();
      expect(shown.map(Number)).toEqual(rollouts.map(({ reward }: { reward: number }) => reward));
      const advantages = await page.locator('[data-value="advantage"]').allTextContents();
      expect(advantages.map((text) => Number(text.replace("−", "-")))).toEqual(
        rollouts.map(({ advantage }: { advantage: number }) => Number(advantage.toFixed(3))),
      );
    }
    await close();
  });

  test("keep to the window at 390 and 1440 pixels and break no rule of axe, in both themes", { timeout: 600_000 }, async () => {
    const { problems } = await get(api.url, "{ problems(first: 1) { nodes { id } } }");
    const paths = [
      "/",
      `/experiments/${EXPERIMENT}`,
      `/runs/${runIds[2]}?events=all`,
      `/runs/${runIds[2]}/steps/1`,
      "/problems",
      `/problems/${problems.nodes[0].id}`,
      "/nodes",
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
      }
      grounds.add((await page.evaluate("getComputedStyle(document.body).backgroundColor")) as string);
      expect(complaints).toEqual([]);
      await close();
    }
    expect(grounds.size).toBe(2);
  });

  test("are reached by keyboard alone", async () => {
    const { page, close } = await visit(browser, api.url);
    await page.getByRole("link", { name: "planted" }).waitFor();
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to content");
    for (let presses = 0; presses < 20; presses++) {
      await page.keyboard.press("Tab");
      if ((await page.evaluate("document.activeElement.textContent")) === "planted") break;
    }
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "planted" }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/experiments/${EXPERIMENT}`);
    await close();
  });
});

test(
  "a run is forked, paused, resumed and cancelled from its page, and a wrong wish is refused by its field",
  { timeout: 200_000 },
  async () => {
    const { page, complaints, close } = await visit(browser, `${api.url}/runs/${runIds[0]}`);
    page.setDefaultTimeout(60_000);
    const becomes = (status: string): Promise<void> => page.locator("main .badge", { hasText: status }).first().waitFor();
    await page.getByRole("button", { name: "Fork…" }).click();
    await page.getByLabel(/After step/).fill("0");
    await page.getByLabel(/Name of the new arm/).fill("again");
    await page.getByLabel(/What differs/).fill('{ "training": { "stepz": 3 } }');
    await page.getByRole("button", { name: "Fork", exact: true }).click();
    await page.locator("dialog").getByText("overrides.training.stepz").waitFor();
    await page.getByLabel(/What differs/).fill("");
    await page.getByRole("button", { name: "Fork", exact: true }).click();
    await page.getByRole("heading", { name: "again" }).waitFor();
    await becomes("running");
    await page.getByRole("button", { name: "Pause" }).click();
    await becomes("paused");
    await page.getByRole("button", { name: "Resume" }).click();
    await becomes("running");
    await page.getByRole("button", { name: "Cancel…" }).click();
    await page.getByRole("button", { name: "Cancel the run" }).click();
    await becomes("cancelled");
    expect(complaints).toEqual([]);
    await close();
  },
);

test("a run's page goes on after a kill -9 of the API: every event once, none missing", { timeout: 300_000 }, async () => {
  const [runId = ""] = await plantExperiment(world, { id: "watched", training: { steps: 8 } });
  const { page, complaints, close } = await visit(browser, `${api.url}/runs/${runId}?events=all`);
  await page.locator(".connection[data-state=LIVE]").waitFor();
  await get(api.url, 'mutation { startExperiment(id: "watched") { ok } }');
  const items = page.locator(".event-list li");
  await expect.poll(() => items.count(), { timeout: 200_000 }).toBeGreaterThan(8);
  process.kill(api.pid, "SIGKILL");
  await api.exited;
  await page.locator(".connection[data-state=RETRYING]").waitFor({ timeout: 30_000 });
  api = await world.startApi({ GRADUS_PORT: new URL(api.url).port });
  await page.locator(".connection[data-state=LIVE]").waitFor({ timeout: 60_000 });
  await page.locator("main .badge", { hasText: "completed" }).first().waitFor({ timeout: 240_000 });

  const stored = await world.database.sql<{ position: string }[]>`
    select position from "Event" where "runId" = ${runId} and type <> 'METRICS_RECORDED' order by position`;
  const shown = () => items.evaluateAll((all) => all.map((item) => item.getAttribute("data-position")).toReversed());
  await expect.poll(shown, { timeout: 20_000 }).toEqual(stored.map(({ position }) => String(position)));
  expect(complaints).toEqual([]);
  await close();
});
