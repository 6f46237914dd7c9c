import { launchBrowser, visit, axeViolations, overflowOf } from "./tests/testkit/web/browser.ts";
import { get } from "./tests/testkit/api/test-api.ts";
const url = "http://127.0.0.1:4977";
const { experiments } = await get(url, "{ experiments(first: 1) { nodes { id } } }", {});
const id = experiments.nodes[0].id;
const browser = await launchBrowser();
const out = process.argv[2] ?? "/tmp/wt-d-look";
for (const [name, width, theme, path, heading] of [
  ["groups-390-dark", 390, "dark", `/experiments/${id}?by=attributes.arm`, "Groups of runs"],
  ["groups-1440-light", 1440, "light", `/experiments/${id}?by=attributes.arm,attributes.status`, "Groups of runs"],
  ["runs-groups-390-light", 390, "light", `/runs?by=attributes.arm`, "Groups of runs"],
  ["settings-rule-390-dark", 390, "dark", `/settings`, "Alert rules"],
  ["settings-rule-1440-light", 1440, "light", `/settings`, "Alert rules"],
] as const) {
  const { page, complaints, close } = await visit(browser, url + path, { width, theme });
  await page.locator("main h1").first().waitFor();
  for (let turn = 0; turn < 5; turn++) {
    const place = page.getByRole("heading", { level: 2, name: heading }).first();
    if ((await place.count()) === 0) await page.mouse.wheel(0, 1500);
    else await place.evaluate((element) => element.scrollIntoView({ block: "start" }));
    await page.waitForTimeout(800);
  }
  if (name.startsWith("settings")) {
    await page.getByLabel("Name of the rule").fill("reward low");
    await page.getByRole("textbox", { name: "Metric" }).fill("train/reward");
    await page.getByLabel("Threshold", { exact: true }).fill("0.05");
    await page.getByLabel("Ends past").fill("0.01");
    await page.getByLabel("Points in a row").fill("0");
    await page.getByLabel("Webhook").fill("http://192.0.2.1/hook");
    await page.getByRole("button", { name: "Make a rule" }).click();
    await page.getByRole("alert").waitFor();
    await page.waitForTimeout(500);
  }
  await page.screenshot({ path: `${out}/${name}.png` });
  console.log(name, complaints, await overflowOf(page), await axeViolations(page));
  await close();
}
await browser.close();
process.exit(0);
