// Alert rules, open alerts, what a run waits for, and the archive, in Chromium over a real API whose watcher of rules runs.
import { setRunStatus } from "@gradus/prisma/training/run-store";
import { inRun, recordPoints } from "@gradus/prisma/training/run-transaction";
import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSample } from "../../testkit/api/sample-experiment.ts";
import { get } from "../../testkit/api/test-api.ts";
import { axeViolations, launchBrowser, visit } from "../../testkit/web/browser.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

/** For what should be there at once, on a machine that has other things to do. */
const SOON = { timeout: 20_000 };
let world: World;
let url: string;
let browser: Browser;
let experimentId: string;
let runIds: readonly string[];

beforeAll(async () => {
  world = await startWorld();
  [{ url }, browser] = await Promise.all([world.startApi(), launchBrowser()]);
  ({ id: experimentId, runIds } = await createSample(world.database, "watched"));
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await world?.close();
});

const rules = async () =>
  (await get(url, "{ alertRules { id name condition clearThreshold clearPoints mutedUntil deletedAt webhookUrl } }")).alertRules;

/** What a field says is wrong with it. */
const toldOf = async (field: Locator): Promise<string | null> => {
  const id = await field.getAttribute("aria-describedby");
  return id === null ? null : field.page().locator(`[id="${id}"]`).textContent();
};

test(
  "a rule is made on the settings, muted, unmuted and ended, and a wrong wish is refused by its field",
  { timeout: 120_000 },
  async () => {
    const { page, complaints, close } = await visit(browser, `${url}/settings`);
    await page.getByText("gradus -- alerts create").waitFor();
    await page.getByLabel("Name of the rule").fill("reward collapsed");
    await page.getByRole("textbox", { name: "Metric" }).fill("train/reward");
    await page.getByLabel("Threshold", { exact: true }).fill("0.05");
    await page.getByLabel("Webhook").fill("http://192.0.2.1/hook");
    await page.getByRole("button", { name: "Make a rule" }).click();
    await page.getByRole("alert").getByText("No rule was made").waitFor();
    const webhook = page.getByLabel("Webhook");
    expect(await webhook.getAttribute("aria-invalid")).toBe("true");
    expect(await page.evaluate("document.activeElement.name")).toBe("webhookUrl");
    expect(await rules()).toEqual([]);
    // What was refused is still there to be mended.
    await webhook.fill("");
    // What would end an alert while its rule holds is refused at its own field, in the API's words.
    const ends = page.getByLabel("Ends past, if not the threshold");
    const inARow = page.getByLabel("Points in a row that end it");
    await ends.fill("0.01");
    await inARow.fill("0");
    await page.getByRole("button", { name: "Make a rule" }).click();
    await expect.poll(() => toldOf(ends), SOON).toBe("not below the threshold, 0.05");
    expect(await toldOf(inARow)).toBe("1 to 10000");
    expect(await webhook.getAttribute("aria-invalid")).toBeNull();
    expect(await axeViolations(page)).toEqual([]);
    expect(await rules()).toEqual([]);
    await ends.fill("0.1");
    await inARow.fill("3");
    await page.getByRole("button", { name: "Make a rule" }).click();
    const row = page.locator('tr[data-rule-name="reward collapsed"]');
    await row.waitFor();
    const [rule] = await rules();
    expect(rule).toMatchObject({ clearThreshold: 0.1, clearPoints: 3 });
    expect(rule.condition).toContain("until not below 0.1 for 3 points in a row");
    expect(await row.locator('[data-value="condition"]').textContent()).toBe(rule.condition);
    await page.getByRole("button", { name: "Mute 1 h: reward collapsed" }).click();
    await row.getByText("muted until").waitFor();
    expect(Date.parse((await rules())[0].mutedUntil)).toBeGreaterThan(Date.now());
    await page.getByRole("button", { name: "Unmute reward collapsed" }).click();
    await expect.poll(() => row.getByText("muted until").count(), SOON).toBe(0);
    expect((await rules())[0].mutedUntil).toBeNull();
    const end = page.getByRole("button", { name: "End reward collapsed" });
    await end.click();
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => end.isEnabled(), SOON).toBe(true);
    expect(await rules()).toHaveLength(1);
    await end.click();
    await expect.poll(() => row.count(), SOON).toBe(0);
    expect((await rules()).filter(({ deletedAt }: { deletedAt: string | null }) => deletedAt === null)).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  },
);

/** Between two answers only the seconds differ. */
const withoutTimes = (text: string | null): string => (text ?? "").replaceAll(/\d+(?:\.\d+)? (?:s|min|h)\b/g, "…");

test("an alert that opens stands on the run's page with the API's words until it is resolved", { timeout: 120_000 }, async () => {
  const [runId = ""] = runIds;
  await setRunStatus(world.database.sql, runId, "RUNNING");
  const { createAlertRule } = await get(
    url,
    "mutation ($input: CreateAlertRuleInput!) { createAlertRule(input: $input) { ok error { message } } }",
    { input: { name: "collapsed", kind: "THRESHOLD", metric: "train/reward", side: "BELOW", threshold: 0.05, experimentId } },
  );
  expect(createAlertRule).toMatchObject({ ok: true });
  const { page, complaints, close } = await visit(browser, `${url}/runs/${runId}`);
  const waits = page.locator('[data-value="waits-for"]');
  await waits.waitFor();
  const RUN = "query ($id: ID!) { run(id: $id) { openAlerts { id message } waitsFor { message isStalled } } }";
  const { run } = await get(url, RUN, { id: runId });
  await expect.poll(async () => withoutTimes(await waits.textContent()), SOON).toBe(withoutTimes(run.waitsFor.message));
  const alerts = page.locator("[data-alert]");
  expect(await alerts.count()).toBe(0);
  await inRun(world.database.sql, runId, null, (tx, emit) =>
    recordPoints(tx, emit, runId, [{ name: "train/reward", step: 3, value: 0.01 }]),
  );
  await alerts.waitFor();
  const { openAlerts } = (await get(url, RUN, { id: runId })).run;
  expect(openAlerts).toHaveLength(1);
  expect(await alerts.locator('[data-value="message"]').textContent()).toBe(openAlerts[0].message);
  await alerts.getByRole("button", { name: "Resolve" }).click();
  await expect.poll(() => alerts.count(), SOON).toBe(0);
  expect((await get(url, RUN, { id: runId })).run.openAlerts).toEqual([]);
  // The settings have it among all alerts, with what its webhook was told: here nobody took it.
  const [{ id: alertId, message }] = openAlerts;
  await world.database.prisma.alertDelivery.create({
    data: { id: "told", alertId, type: "alert.opened", attempts: 5, failure: "503 of a webhook" },
  });
  const { alerts: all } = await get(url, "{ alerts { nodes { resolution } totalCount } }");
  await page.goto(`${url}/settings?alerts=resolved`);
  const listed = page.locator(`tr[data-alert="${alertId}"]`);
  await listed.waitFor();
  expect(await listed.locator('[data-value="message"]').textContent()).toBe(message);
  await listed.getByText(all.nodes[0].resolution).waitFor();
  expect(await listed.locator('[data-delivery="told"]').textContent()).toBe("opened given up 5 tries503 of a webhook");
  await page.getByRole("region", { name: "1 resolved alert" }).getByLabel("Show").selectOption("open");
  await page.getByText("No open alert.").waitFor();
  expect(all.totalCount).toBe(1);
  expect(complaints).toEqual([]);
  await close();
});

const PLACES = {
  run: "query ($id: ID!) { it: run(id: $id) { archivedAt deletedAt } }",
  experiment: "query ($id: ID!) { it: experiment(id: $id) { archivedAt deletedAt } }",
};

test.for(["run", "experiment"] as const)(
  "a %s is archived, found, restored, and deleted where that is not undone",
  { timeout: 120_000 },
  async (kind) => {
    // Of its own: what one of them is told must not hide the other's.
    const sample = await createSample(world.database, `shelved ${kind}`);
    const id = kind === "run" ? (sample.runIds[1] ?? "") : sample.id;
    const place = async () => (await get(url, PLACES[kind], { id })).it;
    const { page, complaints, close } = await visit(browser, `${url}/${kind}s/${encodeURIComponent(id)}`);
    const shelf = page.locator("[data-shelf]");
    const becomes = (name: string): Promise<void> => page.locator(`[data-shelf=${name}]`).waitFor();
    // What steers it: of an experiment that has not begun, starting it.
    const steering = page.getByRole("button", { name: kind === "run" ? "Fork…" : "Start", exact: true });
    await steering.waitFor();
    await shelf.getByRole("button", { name: "Archive" }).click();
    await becomes("ARCHIVED");
    expect((await place()).archivedAt).not.toBeNull();
    expect(await steering.count(), "what is archived is not steered").toBe(0);

    const list = kind === "run" ? `${url}/runs` : url;
    const link = page.locator(`main td a[href="/${kind}s/${encodeURIComponent(id)}"]`);
    await page.goto(list);
    await page.locator("main table").waitFor();
    expect(await link.count()).toBe(0);
    await page.getByLabel("Show").selectOption("archived");
    await link.first().click();
    await becomes("ARCHIVED");
    await shelf.getByRole("button", { name: "Restore" }).click();
    await becomes("ACTIVE");
    expect(await place()).toEqual({ archivedAt: null, deletedAt: null });

    const remove = shelf.getByRole("button", { name: "Delete" });
    await remove.click();
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => remove.isEnabled(), SOON).toBe(true);
    expect((await place()).deletedAt).toBeNull();
    await remove.click();
    await becomes("DELETED");
    expect((await place()).deletedAt).not.toBeNull();
    expect(await steering.count(), "what is deleted is not steered").toBe(0);
    await page.goto(`${list}?shelf=deleted`);
    await link.first().click();
    await becomes("DELETED");
    await shelf.getByRole("button", { name: "Restore" }).click();
    await becomes("ACTIVE");
    expect(await place()).toEqual({ archivedAt: null, deletedAt: null });
    expect(complaints).toEqual([]);
    await close();
  },
);
