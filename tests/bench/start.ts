// Owns: how long `npm start` takes on an empty data folder, share by share, to the first trained step; with --quick and --full, to the end.
// Must not know: how anything is started. Each share ends with a line of the launcher or a time that the API tells.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { readRunning } from "@gradus/cli/up/data-folder";
import { findTemporal } from "@gradus/cli/up/find-temporal";
import { benchLine } from "./bench-line.ts";
import type { Bench } from "./bench-line.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Seconds, on two cores. */
const GOALS = { first: 60, quick: 180, full: 600 };
const TIMES = 3;

const bench: Bench = async (report, flags) => {
  // The one-time build of Temporal is no part of a start.
  await findTemporal({ onProgress: (message) => console.error(message) });
  const starts: Shares[] = [];
  for (let at = 0; at < (flags.has("--once") ? 1 : TIMES); at++) starts.push(await startOnce());
  for (const metric of Object.keys(starts[0] ?? {})) {
    const goal = metric === TO_FIRST_STEP ? { goal: { atMost: GOALS.first } } : {};
    report(benchLine({ bench: "start", metric, unit: "s", values: starts.map((shares) => shares[metric] ?? Number.NaN), ...goal }));
  }
  // Minutes each: only where they are asked for, so that `-- all` ends soon.
  for (const [flag, args, atMost] of [
    ["--quick", ["--quick"], GOALS.quick],
    ["--full", [], GOALS.full],
  ] as const) {
    if (!flags.has(flag)) continue;
    const seconds = await toTheEnd(args);
    report(
      benchLine({
        bench: "start",
        metric: `npm start -- ${[...args, "--exit"].join(" ")}`,
        unit: "s",
        values: [seconds],
        goal: { atMost },
      }),
    );
  }
};
export default bench;

const TO_FIRST_STEP = "npm start to first trained step";
type Shares = Readonly<Record<string, number>>;

/** One start, ended after the first trained step. Servers start beside each other, so shares of `servers` overlap; the others follow one another. */
async function startOnce(): Promise<Shares> {
  const home = await mkdtemp(join(tmpdir(), "gradus-start-"));
  const launched = launch(home, []);
  try {
    const begun = await launched.at(/^Gradus keeps its data/);
    const [sandbox, postgres, temporal, database, api, worker] = await Promise.all(
      [/sandbox|bubblewrap|Pyodide/, /Postgres 18 listens/, /Temporal listens/, /^ *database /, /API listens/, /worker serves/].map(
        launched.at,
      ),
    );
    const up = await launched.at(/^Gradus is up/);
    const asked = await launched.at(/^experiment (\S+) is started/);
    const apiUrl = readRunning(home)?.apiUrl ?? "";
    const id = launched.said(/^experiment (\S+) is started/);
    const { startedAt, evaluatedAt, runAt, stepAt } = await firstStep(apiUrl, id, launched.ended);
    return {
      "npm and launcher": since(launched.begun, begun),
      "sandbox check": since(begun, sandbox),
      "servers: Postgres": since(sandbox, postgres),
      "servers: migrations": since(postgres, database),
      "servers: Temporal": since(sandbox, temporal),
      "servers: API": since(Math.max(database ?? 0, temporal ?? 0), api),
      "servers: worker": since(Math.max(database ?? 0, temporal ?? 0), worker),
      "problems and warm start imported": since(up, asked),
      "experiment prepared, problems measured, first evaluation": since(startedAt, evaluatedAt),
      "a run begins": since(evaluatedAt, runAt),
      "first trained step": since(runAt, stepAt),
      [TO_FIRST_STEP]: since(launched.begun, stepAt),
    };
  } finally {
    launched.stop();
    await launched.ended;
    await rm(home, { recursive: true, force: true });
  }
}

async function toTheEnd(args: readonly string[]): Promise<number> {
  const home = await mkdtemp(join(tmpdir(), "gradus-start-"));
  const launched = launch(home, [...args, "--exit"]);
  const code = await launched.ended;
  await rm(home, { recursive: true, force: true });
  if (code !== 0) throw new Error(`npm start ended with ${code}:\n${launched.text()}`);
  return (Date.now() - launched.begun) / 1000;
}

/** `npm start` with what it says and when, milliseconds of the wall clock as the database's times are. */
function launch(home: string, args: readonly string[]) {
  const begun = Date.now();
  const child = spawn("npm", ["start", "--silent", "--", ...args], {
    cwd: root,
    env: { ...process.env, NO_COLOR: "1", GRADUS_HOME: home, GRADUS_API_URL: "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: { readonly at: number; readonly text: string }[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on("line", (text) => lines.push({ at: Date.now(), text }));
  const ended = once(child, "close").then(([code]) => code as number | null);
  let over = false;
  void ended.then(() => (over = true));
  const text = (): string => lines.map((line) => line.text).join("\n");
  return {
    begun,
    ended,
    text,
    said: (pattern: RegExp): string =>
      pattern.exec(
        text()
          .split("\n")
          .find((line) => pattern.test(line)) ?? "",
      )?.[1] ?? "",
    at: async (pattern: RegExp): Promise<number> => {
      for (;;) {
        const line = lines.find((one) => pattern.test(one.text));
        if (line !== undefined) return line.at;
        if (over) throw new Error(`npm start ended before it said ${pattern}:\n${text()}`);
        await pause(5);
      }
    },
    stop: (): void => {
      const pid = readRunning(home)?.pid;
      if (!over) process.kill(pid ?? child.pid ?? 0, "SIGTERM");
    },
  };
}

const since = (from: number | undefined, to: number | undefined): number => ((to ?? Number.NaN) - (from ?? Number.NaN)) / 1000;

interface FirstStep {
  readonly startedAt: number;
  readonly evaluatedAt: number;
  readonly runAt: number;
  readonly stepAt: number;
}

const QUERY = `query ($id: ID!) { experiment(id: $id) { startedAt sharedEvaluations { completedAt }
  runs { id startedAt status step(step: 1) { completedAt } } } }`;

interface Answer {
  readonly experiment: {
    readonly startedAt: string | null;
    readonly sharedEvaluations: readonly { readonly completedAt: string | null }[];
    readonly runs: readonly { readonly startedAt: string | null; readonly step: { readonly completedAt: string | null } | null }[];
  };
}

/** Asks until some run has completed its first step; its times are the database's. */
async function firstStep(apiUrl: string, id: string, ended: Promise<unknown>): Promise<FirstStep> {
  let over = false;
  void ended.then(() => (over = true));
  for (;;) {
    const response = await fetch(`${apiUrl}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: QUERY, variables: { id } }),
    });
    const { experiment } = ((await response.json()) as { readonly data: Answer }).data;
    const [first] = experiment.runs
      .flatMap((run) => (run.step?.completedAt ? [{ runAt: time(run.startedAt), stepAt: time(run.step.completedAt) }] : []))
      .toSorted((a, b) => a.stepAt - b.stepAt);
    if (first !== undefined)
      return {
        startedAt: time(experiment.startedAt),
        evaluatedAt: Math.max(...experiment.sharedEvaluations.map(({ completedAt }) => time(completedAt))),
        ...first,
      };
    if (over) throw new Error("npm start ended before the first trained step");
    await pause(100);
  }
}

const time = (text: string | null): number => (text === null ? Number.NaN : Date.parse(text));
