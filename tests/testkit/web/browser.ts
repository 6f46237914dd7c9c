// Owns: the page in a real browser. Must not know: what a test expects of it.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Debian's Chromium; nothing is downloaded. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

/** Builds the page as `npm ci` does: what is tested is what is in the tree. */
export const buildPage = (): void => void execFileSync("npm", ["run", "build", "-w", "apps/web"], { cwd: root, stdio: "pipe" });

export interface Visit {
  readonly page: Page;
  /** What the page complained of in its console; a socket or request that was refused because the API is away is no complaint. */
  readonly complaints: readonly string[];
  /** Names of the operations it sent over HTTP, in order. */
  readonly asked: readonly string[];
  /** Their bodies, in the same order. */
  readonly bodies: readonly string[];
  close(): Promise<void>;
}

interface VisitOptions {
  readonly width?: number;
  readonly theme?: "light" | "dark";
}

export async function visit(browser: Browser, url: string, { width = 1440, theme = "light" }: VisitOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme });
  const page = await context.newPage();
  const complaints: string[] = [];
  const asked: string[] = [];
  const bodies: string[] = [];
  page.on("pageerror", (error) => void complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("ERR_CONNECTION")) complaints.push(message.text());
  });
  page.on("request", (request) => {
    const body = request.postData() ?? "";
    const [, name] = /(?:query|mutation) (\w+)/.exec(body) ?? [];
    if (name === undefined) return;
    asked.push(name);
    bodies.push(body);
  });
  await page.goto(url);
  return { page, complaints, asked, bodies, close: () => context.close() };
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** WCAG 2.2 A and AA by axe: what is violated and where; empty = nothing. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    interface Result {
      readonly violations: readonly {
        readonly id: string;
        readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
      }[];
    }
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<Result> } };
    const { violations } = await axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary.slice(0, 200)}`),
    );
  });
}

/** By how many pixels the page is wider than its window. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate("document.documentElement.scrollWidth - window.innerWidth") as Promise<number>;
