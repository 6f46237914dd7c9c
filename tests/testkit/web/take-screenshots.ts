// Owns: pictures of every page of a Gradus that runs, at two widths in both themes: `npx node tests/testkit/web/take-screenshots.ts <url> <folder>`, and
// `--docs` for those alone that docs/screenshots has; names of pages behind the folder for those pages alone. Must not know: what a page should show.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { get } from "../api/test-api.ts";
import { launchBrowser, visit } from "./browser.ts";

const WIDTHS = [1440, 390] as const;
const THEMES = ["light", "dark"] as const;

/** What docs/screenshots has: each page once, the most used in another width and theme too. */
const DOCUMENTED = new Set([
  "experiments-1440-dark",
  "experiments-390-light",
  "experiment-1440-light",
  "experiment-390-dark",
  "comparison-1440-light",
  "groups-1440-light",
  "outcomes-1440-dark",
  "runs-1440-light",
  "runs-390-dark",
  "run-1440-dark",
  "run-390-light",
  "stages-1440-light",
  "machine-1440-light",
  "step-1440-light",
  "rollout-1440-dark",
  "problems-1440-light",
  "problem-1440-light",
  "curricula-1440-light",
  "syntheses-1440-light",
  "synthesis-1440-light",
  "nodes-1440-light",
  "settings-1440-light",
  "alerts-1440-dark",
  "new-1440-dark",
]);

interface Subject {
  readonly name: string;
  readonly path: string;
  /** Scrolled to first: the heading of a panel. */
  readonly heading?: string | RegExp;
}

const of = (kind: string, one: string): string => `/${kind}/${encodeURIComponent(one)}`;

/** The newest completed experiment, its last arm's first run, and what they lead to. */
async function subjects(url: string): Promise<Subject[]> {
  const { experiments, problemSets, syntheses } = await get(
    url,
    `{ experiments(first: 1, filter: { statuses: [COMPLETED] }) { nodes { id runs { id stepsDone } } }
      problemSets(first: 1) { nodes { id } } syntheses(first: 1) { nodes { id } } }`,
  );
  const [{ id, runs }] = experiments.nodes;
  const run = runs.at(-1);
  const { rollouts } = await get(
    url,
    "query ($runId: ID!, $step: Int!) { rollouts(filter: { runId: $runId, step: $step }, first: 1) { nodes { id group { problem { id } } } } }",
    { runId: run.id, step: run.stepsDone },
  );
  const [rollout] = rollouts.nodes;
  const [experiment, runPath] = [of("experiments", id), of("runs", run.id)];
  return [
    { name: "experiments", path: "/" },
    { name: "experiment", path: experiment },
    { name: "comparison", path: experiment, heading: "Comparison" },
    { name: "groups", path: `${experiment}?by=attributes.arm&drawn=train/reward`, heading: "Groups of runs" },
    { name: "outcomes", path: experiment, heading: "Held-out pass@1 by difficulty" },
    { name: "schedule", path: experiment, heading: "Scheduled against realised draws" },
    { name: "runs", path: "/runs?runs=all" },
    { name: "run", path: runPath },
    { name: "stages", path: runPath, heading: /^Steps/ },
    { name: "machine", path: runPath, heading: /^Machine/ },
    { name: "step", path: `${runPath}/steps/${run.stepsDone}` },
    { name: "rollout", path: of("rollouts", rollout.id) },
    { name: "problems", path: `/problems?set=${encodeURIComponent(problemSets.nodes[0].id)}` },
    { name: "problem", path: of("problems", rollout.group.problem.id) },
    { name: "curricula", path: "/curricula" },
    { name: "syntheses", path: "/synthesis" },
    ...syntheses.nodes.map((one: { readonly id: string }) => ({ name: "synthesis", path: of("synthesis", one.id) })),
    { name: "nodes", path: "/nodes" },
    { name: "settings", path: "/settings" },
    { name: "alerts", path: "/settings", heading: /alerts?$/ },
    { name: "new", path: "/new" },
  ];
}

const args = process.argv.slice(2);
const [url, folder, ...names] = args.filter((arg) => !arg.startsWith("--"));
if (url === undefined || folder === undefined) throw new Error("the address of a Gradus that runs, and a folder for the pictures");
await mkdir(folder, { recursive: true });
const all = (await subjects(url)).filter(({ name }) => names.length === 0 || names.includes(name));
const browser = await launchBrowser();
try {
  for (const width of WIDTHS) {
    for (const theme of THEMES) {
      const wanted = all.filter(({ name }) => !args.includes("--docs") || DOCUMENTED.has(`${name}-${width}-${theme}`));
      if (wanted.length === 0) continue;
      const { page, complaints, close } = await visit(browser, url, { width, theme });
      for (const { name, path, heading } of wanted) {
        await page.goto(`${url}${path}`);
        await page.locator("main h1").first().waitFor();
        if (heading !== undefined) {
          // What is far below is made when it is nearly in view: the way there moves until all of it is.
          for (let turn = 0; turn < 4; turn++) {
            const place = page.getByRole("heading", { level: 2, name: heading }).first();
            if ((await place.count()) === 0) await page.mouse.wheel(0, 1_500);
            else await place.evaluate((element) => element.scrollIntoView({ block: "start" }));
            await page.waitForTimeout(600);
          }
        }
        // By `waitFor` and not by a script: the page's policy evaluates no texts.
        await page.locator(".skeleton").last().waitFor({ state: "detached", timeout: 60_000 });
        await page.waitForTimeout(800);
        await page.screenshot({ path: join(folder, `${name}-${width}-${theme}.png`) });
      }
      if (complaints.length > 0) process.stderr.write(`${width} ${theme}: ${complaints.join("; ")}\n`);
      await close();
    }
  }
} finally {
  await browser.close();
}
