// Owns: what a page costs a browser: bytes, main-thread time, how long real input waits for its next paint. Must not know: whose page it is.
import type { CDPSession, Page } from "playwright-core";

export interface Cost {
  /** Received over HTTP as it was sent, and in frames of sockets. */
  readonly bytes: number;
  /** Of the main thread, in milliseconds: all of it, and its scripts. */
  readonly taskMs: number;
  readonly scriptMs: number;
}

export class WatchedPage {
  readonly page: Page;
  readonly #session: CDPSession;
  #bytes = 0;

  private constructor(page: Page, session: CDPSession) {
    this.page = page;
    this.#session = session;
    session.on("Network.loadingFinished", ({ encodedDataLength }) => void (this.#bytes += encodedDataLength));
    session.on("Network.webSocketFrameReceived", ({ response }) => void (this.#bytes += Buffer.byteLength(response.payloadData)));
  }

  static async of(page: Page): Promise<WatchedPage> {
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    // Time of the processor: what else the machine does is not in it.
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    return new WatchedPage(page, session);
  }

  /** Since the page was opened. */
  async cost(): Promise<Cost> {
    const { metrics } = await this.#session.send("Performance.getMetrics");
    const of = (name: string): number => 1_000 * (metrics.find((one) => one.name === name)?.value ?? 0);
    return { bytes: this.#bytes, taskMs: of("TaskDuration"), scriptMs: of("ScriptDuration") };
  }

  async costOf(work: () => Promise<unknown>): Promise<Cost> {
    const before = await this.cost();
    await work();
    const after = await this.cost();
    return { bytes: after.bytes - before.bytes, taskMs: after.taskMs - before.taskMs, scriptMs: after.scriptMs - before.scriptMs };
  }
}

/** From here on the browser notes how long each input waited for the paint that answers it, and what kept it busy: see `sinceInputs`. */
export const noteInputs = (page: Page): Promise<void> =>
  page.evaluate(`{
    globalThis.inputs = [];
    globalThis.tasks = [];
    new PerformanceObserver((list) => globalThis.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
    new PerformanceObserver((list) => globalThis.inputs.push(...list.getEntries().filter(({ interactionId }) => interactionId > 0).map(({ duration }) => duration)))
      .observe({ type: "event", durationThreshold: 16 });
  }`) as Promise<void>;

/**
 * Milliseconds since this was asked last: of the slowest input, 16 where all were faster, and of the longest task, 50 where all were shorter: browsers do
 * not tell of those. A chart that follows an input is drawn in a task behind its paint.
 */
export async function sinceInputs(page: Page): Promise<{ readonly inputMs: number; readonly taskMs: number }> {
  // Entries come behind the paint that they tell of.
  await page.waitForTimeout(500);
  const [inputMs = NaN, taskMs = NaN] = (await page.evaluate(
    "[Math.max(16, ...globalThis.inputs.splice(0)), Math.max(50, ...globalThis.tasks.splice(0))]",
  )) as number[];
  return { inputMs, taskMs };
}
