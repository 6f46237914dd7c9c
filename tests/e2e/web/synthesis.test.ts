// The pages of syntheses in Chromium, over rows that one leaves behind: its figures are the API's, it grows while it runs, its turns open.
import { completeSynthesis } from "@gradus/prisma/synthesis/synthesis-store";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { get } from "../../testkit/api/test-api.ts";
import { readSynthesisAnswer } from "../../testkit/synthesis/synthesis-answer.ts";
import type { SynthesisAnswer } from "../../testkit/synthesis/synthesis-answer.ts";
import { launchBrowser, visit } from "../../testkit/web/browser.ts";
import { fillSynthesis } from "../../testkit/web/fill-synthesis.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

const ID = "planted";
const SEEDS = 12;
/** For what should be there at once, on a machine that has other things to do. */
const SOON = { timeout: 20_000 };
let world: World;
let url: string;
let browser: Browser;

beforeAll(async () => {
  world = await startWorld();
  [{ url }, browser] = await Promise.all([world.startApi(), launchBrowser()]);
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await world?.close();
});

const words = (constant: string): string => constant.toLowerCase().replaceAll("_", " ");
/** Shown to three decimals. */
const near = (shown: string, exact: number | null): void => {
  if (exact === null) expect(shown).toBe("–");
  else
    expect(Math.abs(Number(shown.replaceAll(",", "")) - exact), `${shown} for ${exact}`).toBeLessThanOrEqual(0.00051 * Math.max(1, exact));
};
const cells = async (page: Page, selector: string): Promise<string[]> =>
  (await page.locator(`${selector} td`).allTextContents()).map((text) => text.trim());

test("where there is none, it is said how to begin one", async () => {
  const { page, complaints, close } = await visit(browser, url);
  await page.getByRole("link", { name: "Synthesis", exact: true }).click();
  await page.getByText("npm run gradus -- synthesize examples/synthesis.yaml").waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("grows while it runs without a reload, and is not asked for again once it has ended", { timeout: 200_000 }, async () => {
  await fillSynthesis(world, ID, SEEDS);
  await world.database.sql`delete from "SynthesisTurn" where "synthesisId" = ${ID} and seed = 11 and turn = 3`;
  const { page, asked, complaints, close } = await visit(browser, `${url}/synthesis`);
  const listed = page.locator(`[data-synthesis="${ID}"]`);
  await expect.poll(() => listed.getByRole("progressbar").getAttribute("aria-valuenow"), SOON).toBe(String(3 * SEEDS - 1));
  await listed.getByRole("link", { name: ID }).click();
  const bar = page.getByRole("progressbar", { name: "Turns of this synthesis" });
  await expect.poll(() => bar.getAttribute("aria-valuenow"), SOON).toBe(String(3 * SEEDS - 1));
  expect(await bar.getAttribute("aria-valuemax")).toBe(String(3 * SEEDS));
  expect(await page.locator('[data-yield="multi"] td').first().textContent()).toBe("–");
  await world.database.sql`insert into "SynthesisTurn" (id, "synthesisId", seed, turn, request, aim, rejection, detail)
    values (${`${ID}/turn/11/3`}, ${ID}, 11, 3, 'REPAIR', 'TARGET', 'DOES_NOT_RUN', 'in words: DOES_NOT_RUN')`;
  await expect.poll(() => bar.getAttribute("aria-valuenow"), SOON).toBe(String(3 * SEEDS));
  await completeSynthesis(world.database.sql, ID, null);
  await page.locator("main .badge", { hasText: "completed" }).first().waitFor();
  const times = (): number => asked.filter((name) => name === "Synthesis").length;
  const before = times();
  expect(before).toBeGreaterThan(1);
  // Two rounds of asking would have gone by.
  await page.waitForTimeout(7_000);
  expect(times()).toBe(before);
  expect(complaints).toEqual([]);
  await close();
});

test("has the numbers of the API: funnel, transitions, yields, rejections, usage", async () => {
  const { page, complaints, close } = await visit(browser, `${url}/synthesis/${ID}`);
  await page.locator("[data-funnel-turn]").first().waitFor();
  const told: SynthesisAnswer = await readSynthesisAnswer(url, ID);
  expect(told.funnel.length).toBe(3);
  for (const { turn, counts, measured, inTarget, targetHitRate } of told.funnel) {
    const shown = await cells(page, `[data-funnel-turn="${turn}"]`);
    expect(shown.slice(0, -1).map(Number)).toEqual([...counts.map(({ count }) => count), measured, inTarget]);
    near(shown.at(-1) ?? "", targetHitRate);
  }
  const bars = await page.locator(".funnel .bar-row .number").allTextContents();
  expect(bars.map(Number)).toEqual(told.funnel.flatMap(({ counts }) => counts.map(({ count }) => count)));
  expect(told.transitions).toHaveLength(36);
  for (const { from, to, count } of told.transitions)
    expect(await page.locator(`[data-cell="${from} ${to}"] [data-value="count"]`).textContent()).toBe(String(count));
  for (const { request, pairs, asAsked, share } of told.moved) {
    const shown = await cells(page, `[data-moved="${request}"]`);
    expect(shown.slice(0, 2).map(Number)).toEqual([pairs, asAsked]);
    near(shown.at(-1) ?? "", share);
  }
  for (const [name, { kept, seeds, teacherCalls, perSeed, perTeacherCall }] of [
    ["single", told.singleTurnYield],
    ["multi", told.multiTurnYield],
  ] as const) {
    const shown = await cells(page, `[data-yield="${name}"]`);
    expect(shown.slice(0, 3).map(Number)).toEqual([kept, seeds, teacherCalls]);
    near(shown[3] ?? "", perSeed);
    near(shown[4] ?? "", perTeacherCall);
  }
  expect(told.multiTurnYield.kept).toBeGreaterThan(told.singleTurnYield.kept);
  await page.goto(`${url}/synthesis`);
  const listed = page.locator(`[data-synthesis="${ID}"]`);
  const { kept, perSeed, perTeacherCall } = told.multiTurnYield;
  expect(Number(await listed.locator('[data-value="kept"]').textContent())).toBe(kept);
  const yields = /^([\d.]+) a seed of \d+([\d.]+) a teacher call$/.exec((await listed.locator('[data-value="yield"]').textContent()) ?? "");
  near(yields?.[1] ?? "", perSeed);
  near(yields?.[2] ?? "", perTeacherCall);
  await page.goto(`${url}/synthesis/${ID}`);
  await page.locator("[data-funnel-turn]").first().waitFor();
  const rejections = page.locator("[data-rejection]");
  expect(await rejections.locator("button").allTextContents()).toEqual(told.rejections.map(({ rejection }) => words(rejection)));
  expect(await rejections.locator('[data-value="count"]').allTextContents()).toEqual(told.rejections.map(({ count }) => String(count)));
  expect(told.usage.length).toBe(2);
  for (const { role, model, calls, cached, failed, requests, promptTokens, completionTokens, cost } of told.usage) {
    const row = page.locator(`[data-usage="${`${role} ${model ?? ""}`.trim()}"]`);
    const numbers = (await row.locator("td[data-value]").allTextContents()).map((text) => Number(text.replaceAll(",", "")));
    expect(numbers.slice(0, 6)).toEqual([calls, cached, failed, requests, Number(promptTokens), Number(completionTokens)]);
    near((await row.locator('[data-value="cost"]').textContent()) ?? "", cost);
  }
  expect(complaints).toEqual([]);
  await close();
});

test("has every turn, page by page, finds those of a reason, and opens one to its texts and attempts", async () => {
  const { turns } = await readSynthesisAnswer(url, ID);
  const { page, complaints, close } = await visit(browser, `${url}/synthesis/${ID}`);
  const rows = page.locator("tr[data-turn]");
  const places = (): Promise<(string | null)[]> => rows.evaluateAll((all) => all.map((row) => row.getAttribute("data-turn")));
  const all = turns.nodes.map(({ seed, turn }) => `${seed}/${turn}`);
  await expect.poll(places, SOON).toEqual(all.slice(0, 25));
  await page.getByRole("button", { name: "Next →" }).click();
  await expect.poll(places, SOON).toEqual(all.slice(25));
  await page.getByLabel("Refused for").selectOption("DUPLICATE");
  const repeats = turns.nodes.filter(({ rejection }) => rejection === "DUPLICATE");
  await expect.poll(places, SOON).toEqual(repeats.map(({ seed, turn }) => `${seed}/${turn}`));
  await page.reload();
  await expect.poll(places, SOON).toEqual(repeats.map(({ seed, turn }) => `${seed}/${turn}`));
  expect(await rows.first().locator('[data-value="passes"]').textContent()).toBe(`${repeats[0]?.passes} of ${repeats[0]?.attempts}`);
  await rows.first().getByRole("button").click();
  const opened = page.locator(".turn-detail");
  await opened.getByText("Reply", { exact: true }).click();
  expect(await opened.getByText(repeats[0]?.call?.reply ?? "", { exact: true }).count()).toBe(1);
  expect(await opened.locator("[data-attempt]").count()).toBe(repeats[0]?.group?.rollouts.length);
  await opened.locator("[data-attempt] a").first().click();
  await page.locator("[data-rollout]").waitFor();
  const { rollout } = await get(url, "query ($id: ID!) { rollout(id: $id) { completion } }", { id: `${repeats[0]?.group?.id}/0` });
  expect((await page.locator("[data-rollout] pre").first().textContent())?.trim()).toBe(rollout.completion.trim());
  expect(complaints).toEqual([]);
  await close();
});
