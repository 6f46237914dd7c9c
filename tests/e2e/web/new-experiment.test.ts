// From a wish to an experiment that runs, in Chromium over a whole Gradus: the simulator, the editor, start and cancel; and how the page's scripts come.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { get } from "../../testkit/api/test-api.ts";
import { plantExperiment } from "../../testkit/planted-experiment.ts";
import { launchBrowser, overflowOf, visit } from "../../testkit/web/browser.ts";
import { SOON } from "../../testkit/web/page-world.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

let world: World;
let url: string;
let browser: Browser;
/** Has not begun. */
const PLANTED = "planted";

beforeAll(async () => {
  world = await startWorld();
  [{ url }, browser] = await Promise.all([world.startApi(), launchBrowser(), plantExperiment(world, { id: PLANTED })]);
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await world?.close();
});

const easyShare = ({ drawn }: { readonly drawn: readonly { readonly bucket: string; readonly value: number }[] }): number =>
  drawn.find(({ bucket }) => bucket === "EASY")?.value ?? 0;

const query = (page: Page): URLSearchParams => new URL(page.url()).searchParams;

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

test("a text on the page becomes an experiment that runs to its end, and a wrong one cannot be started", { timeout: 400_000 }, async () => {
  await world.startWorker();
  const { page, complaints, close } = await visit(browser, `${url}/new`);
  const { experiment, problemSets } = await get(
    url,
    `query ($id: ID!) { experiment(id: $id) { specification } problemSets(first: 1) { nodes { id } } }`,
    { id: PLANTED },
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
  const template = `one step ${"of a name that goes on ".repeat(6)}`.trim();
  await page.getByLabel("Name of a template").fill(template);
  await page.getByRole("button", { name: "Keep as a template" }).click();
  await page.getByText(`Kept as the template ${template}.`).waitFor();
  await page.setViewportSize({ width: 390, height: 900 });
  expect(await overflowOf(page)).toBeLessThanOrEqual(0);
  const kept = await get(url, "{ experimentTemplates { name source } }");
  expect(kept.experimentTemplates).toEqual([{ name: template, source: await page.locator(".cm-content").textContent() }]);
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
