// The page in Chromium over a whole Gradus with an experiment that really runs.
import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { get } from "../../testkit/api/test-api.ts";
import { plantExperiment } from "../../testkit/planted-experiment.ts";
import { launchBrowser, visit } from "../../testkit/web/browser.ts";
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
      expectShown(numbersIn(await end.textContent()), [mean, low, high], `end of the curve of ${arm.name}`);
      expect(await readout.locator(".chart-place").textContent(), "all arms have as many seeds").toContain(`n = ${n}`);
    }
    // The curve of held-out pass@1 begins with the evaluation before the first step, which no run has a point of.
    const { run } = await get(api.url, "query ($id: ID!) { run(id: $id) { evaluations { step passAt1 } } }", { id: runIds[0] });
    expect(run.evaluations[0].step).toBe(0);
    await page.locator('summary[aria-label="Download evaluation/pass@1"]').click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "CSV", exact: true }).first().click(),
    ]);
    const [, first = ""] = (await readFile(await download.path(), "utf8")).split("\r\n");
    expect(first.split(",").slice(0, 3)).toEqual([comparison.arms[0].arm.name, "0", String(run.evaluations[0].passAt1)]);
    await close();
  });

  test("has the API's numbers of whole courses, those of a threshold too", async () => {
    const { comparison } = await get(
      api.url,
      `query ($id: ID!) { comparison(of: { experimentId: $id }, threshold: 0.1) { arms { scalars { kind metric bucket estimate { mean low high n } difference { estimate { mean low high n } } } } } }`,
      { id: EXPERIMENT },
    );
    const { page, close } = await visit(browser, `${api.url}/experiments/${EXPERIMENT}?threshold=0.1&fit=shown`);
    // All of the page is in view: its parts are made when they nearly are.
    await page.setViewportSize({ width: 1440, height: 6_000 });
    await page.locator("tr[data-scalar]").first().waitFor();
    const [first] = comparison.arms;
    expect(await page.locator("tr[data-scalar]").count()).toBe(first.scalars.length);
    expect(first.scalars.some(({ kind }: { kind: string }) => kind === "STEPS_TO_THRESHOLD")).toBe(true);
    for (const [at, { kind, metric, bucket }] of first.scalars.entries()) {
      const cells = page.locator(`tr[data-scalar="${[kind, metric, bucket].filter(Boolean).join(" ")}"] td`);
      for (const [column, { scalars }] of comparison.arms.entries()) {
        const { estimate, difference } = scalars[at];
        const shown = [estimate, difference?.estimate].filter((one) => one != null && one.n > 0);
        const texts = await cells.nth(column).locator(".estimate").allTextContents();
        expect(texts.length, `${kind} ${metric}`).toBe(shown.length);
        for (const [index, { mean, low, high, n }] of shown.entries())
          expectShown(
            numbersIn(texts[index] ?? ""),
            [mean, low, high, n].filter((value) => value !== null),
            `${kind} ${metric} ${column}`,
          );
      }
    }
    await close();
  });

  test("has the API's held-out rate before and after of groups of runs", async () => {
    const { groupComparison } = await get(
      api.url,
      `query ($id: ID!) { groupComparison(of: { experimentId: $id }, groupBy: [{ property: ATTRIBUTE, name: "arm" }]) { groups { label improvement { before after estimate { mean low high n } } } } }`,
      { id: EXPERIMENT },
    );
    const { page, close } = await visit(browser, `${api.url}/experiments/${EXPERIMENT}?by=attributes.arm`);
    await page.setViewportSize({ width: 1440, height: 6_000 });
    expect(groupComparison.groups).toHaveLength(2);
    for (const { label, improvement } of groupComparison.groups) {
      const { before, after, estimate } = improvement;
      const cell = page.locator(`tr[data-group='${label}'] td[data-metric="improvement"]`);
      await cell.waitFor();
      const exact = [before, after, estimate.mean, estimate.low, estimate.high, estimate.n];
      expectShown(numbersIn(await cell.textContent()), exact, label);
    }
    await close();
  });

  test("adds, moves and keeps panels, and the address shows the same to another reader", async () => {
    const { page, complaints, close } = await visit(browser, `${api.url}/experiments/${EXPERIMENT}?charts=train%2Freward`);
    const titles = () => page.locator(".panel-title > span:first-child").allTextContents();
    await page.getByRole("button", { name: "Add panels…" }).click();
    await page.getByLabel("Part of a metric's name").fill("ENTRO");
    await page.getByRole("button", { name: "policy/entropy" }).click();
    await page.keyboard.press("Escape");
    await expect.poll(titles, SOON).toEqual(["train/reward", "policy/entropy"]);
    await page.getByRole("button", { name: "Move the panel of policy/entropy" }).focus();
    await page.keyboard.press("ArrowLeft");
    await expect.poll(titles, SOON).toEqual(["policy/entropy", "train/reward"]);
    await page.getByText("Views", { exact: true }).click();
    await page.getByLabel("Name of this view").fill("mine");
    await page.getByRole("button", { name: "Keep" }).click();
    await page.getByRole("button", { name: "mine", exact: true }).waitFor();
    const shared = page.url();
    // Kept in the store: another reader, with nothing of this browser, has the view by its name, and by its address.
    const other = await visit(browser, `${api.url}/experiments/${EXPERIMENT}`);
    const seen = () => other.page.locator(".panel-title > span:first-child").allTextContents();
    await other.page.getByText("Views", { exact: true }).click();
    await other.page.getByRole("button", { name: "mine", exact: true }).click();
    await expect.poll(seen, SOON).toEqual(["policy/entropy", "train/reward"]);
    await other.page.goto(shared);
    await expect.poll(seen, SOON).toEqual(["policy/entropy", "train/reward"]);
    // Forgotten, which is undone, and then meant.
    await other.page.getByText("Views", { exact: true }).click();
    const forget = other.page.getByRole("button", { name: "Forget the view mine" });
    const kept = async () => (await get(api.url, '{ savedViews(page: "experiment") { name } }')).savedViews.length;
    await forget.click();
    await other.page.getByRole("button", { name: "Undo" }).click();
    await forget.waitFor();
    expect(await kept()).toBe(1);
    await forget.click();
    await expect.poll(kept, SOON).toBe(0);
    await other.close();
    expect(complaints).toEqual([]);
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

  test("is printed whole: every part is made first, controls are left out, charts fit their column", async () => {
    const { page, close } = await visit(browser, `${api.url}/experiments/${EXPERIMENT}`);
    await page.locator("tr[data-arm]").first().waitFor();
    // What the printer would get is looked at in the moment in which the browser is asked to print.
    await page.evaluate(`globalThis.print = () => {
      dispatchEvent(new Event("beforeprint"));
      globalThis.printed = { skeletons: document.querySelectorAll(".skeleton").length, parts: [...document.querySelectorAll("main h2")].map((one) => one.textContent) };
    }`);
    await page.emulateMedia({ media: "print" });
    await page.evaluate(`[...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Print").click()`);
    await expect.poll(() => page.evaluate("globalThis.printed?.skeletons"), SOON).toBe(0);
    const parts = (await page.evaluate("globalThis.printed.parts")) as readonly string[];
    expect(parts).toEqual(expect.arrayContaining(["Comparison", "Whole courses in numbers", "Cumulative solve rate", "Configuration"]));
    await page.setViewportSize({ width: 718, height: 1_000 });
    const paper = (await page.evaluate(`({
      controls: [...document.querySelectorAll(".frame-head, .no-print")].filter((one) => one.offsetParent !== null).length,
      wide: [...document.querySelectorAll(".uplot canvas, .comparison td")].filter((one) => one.getBoundingClientRect().right > one.closest(".panel").getBoundingClientRect().right).length,
    })`)) as { readonly controls: number; readonly wide: number };
    expect(paper).toEqual({ controls: 0, wide: 0 });
    await close();
  });

  test("zooms into steps by a drag, and back by a double-click", async () => {
    const { page, close } = await visit(browser, `${api.url}/experiments/${EXPERIMENT}?charts=train%2Freward+policy%2Fentropy`);
    const over = page.locator(".u-over").first();
    await over.waitFor();
    const box = await over.boundingBox();
    if (box === null) throw new Error("the chart has no box");
    await page.mouse.move(box.x + box.width * 0.1, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => new URL(page.url()).searchParams.get("range"), SOON).toMatch(/^\d-\d$/);
    // All charts with the crosshair told of it: still one step back.
    await page.goBack();
    await expect.poll(() => new URL(page.url()).searchParams.get("range"), SOON).toBeNull();
    await page.goForward();
    await page.locator(".u-over").first().dblclick();
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
    await page.getByText("No experiment is like").waitFor();
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

  test("show a rollout by its own address with the API's verdicts, log-probabilities and credit", async () => {
    const { rollouts } = await get(
      api.url,
      `query ($runId: ID!) { rollouts(filter: { runId: $runId, step: 1 }, first: 3) { nodes { id index reward advantage logProbs completion execution { tests { verdict } } group { admitted } } } }`,
      { runId: runIds[0] },
    );
    const { page, close } = await visit(browser, `${api.url}/nowhere`);
    for (const { id, reward, advantage, logProbs, completion, execution, group } of rollouts.nodes) {
      await page.goto(`${api.url}/rollouts/${encodeURIComponent(id)}`);
      await page.locator("[data-rollout]").waitFor();
      expect((await page.locator("[data-rollout] pre").first().textContent())?.trim()).toBe(completion.trim() || "(nothing)");
      expect(Number(await page.locator('[data-value="reward"]').textContent())).toBe(reward);
      expect(Number((await page.locator('[data-value="advantage"]').textContent())?.replace("−", "-"))).toBe(Number(advantage.toFixed(3)));
      expect(await page.locator(".log-probs li").count()).toBe(logProbs.length);
      expect(await page.locator("[data-rollout] tbody .badge").allTextContents()).toEqual(
        (execution?.tests ?? []).map(({ verdict }: { verdict: string }) => verdict.toLowerCase().replaceAll("_", " ")),
      );
      expect(await page.getByText(group.admitted ? "Its group was admitted" : "refused its group").count()).toBe(1);
    }
    await close();
  });

  test("show what a run's machine said as the API has it, and a node's with every heartbeat", { timeout: 120_000 }, async () => {
    const [runId = ""] = runIds;
    const TELEMETRY = "query ($id: ID!) { run(id: $id) { telemetry { from to node { id } series { name at mean } } } }";
    const lease = (await get(api.url, TELEMETRY, { id: runId })).run.telemetry[0];
    // A run of seconds may end between two heartbeats: one more in the middle of it.
    const at = new Date((Date.parse(lease.from) + Date.parse(lease.to)) / 2);
    await world.database.prisma.nodeTelemetry.create({ data: { nodeId: lease.node.id, at, readings: [1.25, 0.5, 2e9, 1e9, 3e9] } });
    const { run } = await get(api.url, TELEMETRY, { id: runId });
    const { page, complaints, close } = await visit(browser, `${api.url}/runs/${runId}`);
    await page.setViewportSize({ width: 1440, height: 6_000 });
    const readout = page.locator('[data-telemetry="Memory in use"] .chart-readout');
    await readout.waitFor();
    for (const [label, name] of [
      ["machine", "memoryUsedBytes"],
      ["worker", "rssBytes"],
      ["what it started", "childrenRssBytes"],
    ] as const) {
      const { mean } = run.telemetry[0].series.find((one: { readonly name: string }) => one.name === name);
      expectShown(numbersIn(await readout.locator(".arm-key", { hasText: label }).textContent()), [mean.at(-1) / 1e9], name);
    }
    await page.goto(`${api.url}/nodes`);
    const cores = page.locator('[data-telemetry="Processor cores busy"] .chart-readout').first();
    await cores.waitFor();
    const before = await cores.textContent();
    await expect.poll(() => cores.textContent(), { timeout: 60_000, message: "the next heartbeat" }).not.toBe(before);
    const { workerNodes, taskQueues } = await get(
      api.url,
      "{ workerNodes { id isAlive runCount sandbox { finished } } taskQueues { name depth node { id } } }",
    );
    const [alive] = workerNodes.filter(({ isAlive }: { readonly isAlive: boolean }) => isAlive);
    expect(await page.locator(`tr[data-node="${alive.id}"]`).textContent()).toContain(
      `${alive.sandbox.finished.toLocaleString("en")} executed`,
    );
    expect(await page.locator(`tr[data-node="${alive.id}"] [data-value="runs"]`).textContent()).toBe(String(alive.runCount));
    // Nothing is under way: each queue is empty, those of every role and the node's own.
    expect(taskQueues.every(({ depth }: { readonly depth: number }) => depth === 0)).toBe(true);
    const depths = () => page.locator("tr[data-queue]").evaluateAll((rows) => rows.map((row) => row.textContent?.replace(/–.*/, "")));
    await expect
      .poll(depths, SOON)
      .toEqual(["controlevery control node0", "sandboxevery sandbox node0", "policyevery policy node0", `policy/${alive.id}${alive.id}0`]);
    expect(complaints).toEqual([]);
    await close();
  });

  test("make a key whose text is shown once and opens the API, and end it", async () => {
    const { page, complaints, close } = await visit(browser, `${api.url}/settings`);
    await page.getByLabel("Name", { exact: true }).fill("from the page");
    await page.getByLabel("For").selectOption("ADMIN");
    await page.getByRole("button", { name: "Make a key" }).click();
    const text = (await page.locator(".new-key-text code").textContent()) ?? "";
    const asks = async (): Promise<number> =>
      (
        await fetch(`${api.url}/graphql`, {
          method: "POST",
          headers: { "content-type": "application/json", authorization: `Bearer ${text}` },
          body: '{"query":"{ server { version } }"}',
        })
      ).status;
    expect(await asks()).toBe(200);
    await page.reload();
    await page.locator('tr[data-key-name="from the page"]').waitFor();
    expect(await page.getByText(text).count()).toBe(0);
    await page.getByRole("button", { name: "Revoke from the page" }).click();
    await page.getByText("revoked").waitFor();
    expect(await asks()).toBe(401);
    const { auditLog } = await get(api.url, "{ auditLog(first: 2) { what } }");
    await page.getByRole("region", { name: "Who changed what" }).getByRole("button", { name: "Look again" }).click();
    for (const { what } of auditLog) await page.locator("td", { hasText: what }).first().waitFor();
    await page.getByLabel("Times are written in").selectOption("UTC");
    await page.reload();
    await expect.poll(() => page.getByLabel("Times are written in").inputValue(), SOON).toBe("UTC");
    expect(complaints).toEqual([]);
    await close();
  });

  test("are reached by keyboard alone", async () => {
    const { page, close } = await visit(browser, api.url);
    await page.getByRole("link", { name: "planted" }).waitFor();
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to content");
    for (let presses = 0; presses < 40; presses++) {
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
    // Longer than it takes to cancel it: a run that is over cannot be.
    await page.getByLabel(/What differs/).fill('{ "training": { "steps": 200 } }');
    await page.getByRole("button", { name: "Fork", exact: true }).click();
    await page.getByRole("heading", { name: "again" }).waitFor();
    await becomes("running");
    await page.getByRole("button", { name: "Pause" }).click();
    await becomes("paused");
    await page.getByRole("button", { name: "Resume" }).click();
    await becomes("running");
    // What was not meant is undone before it happens; what was meant happens.
    const cancel = page.getByRole("button", { name: "Cancel", exact: true });
    await cancel.click();
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => cancel.isEnabled(), SOON).toBe(true);
    await cancel.click();
    await becomes("cancelled");
    const { run } = await get(api.url, "query ($id: ID!) { run(id: $id) { status } }", {
      id: decodeURIComponent(new URL(page.url()).pathname.split("/")[2] ?? ""),
    });
    expect(run.status).toBe("CANCELLED");
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
