import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { appendBatch } from "@gradus/prisma/metrics/append-batch";
import { createExternalRun } from "@gradus/prisma/metrics/external-run-store";
import { inRun } from "@gradus/prisma/training/run-transaction";
import { openDatabase } from "@gradus/prisma";
import type { Database } from "@gradus/prisma";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCountingProxy } from "../../testkit/api/counting-proxy.ts";
import type { CountingProxy } from "../../testkit/api/counting-proxy.ts";
import { ask, get, startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { gradus } from "../../testkit/cli/gradus.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

interface Numbers {
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
  readonly note: string | null;
}
interface Grouped {
  readonly label: string;
  readonly metrics: readonly {
    readonly estimate: Numbers;
    readonly perSeed: readonly { readonly seed: number; readonly value: number | string }[];
    readonly interquartileMean: number | null;
    readonly bootstrap: Numbers;
    readonly probabilityOfImprovement: number | null;
    readonly difference: {
      readonly estimate: Numbers;
      readonly perSeed: readonly { seed: number; value: number }[];
      readonly excludesZero: boolean;
      readonly pValue: number | null;
      readonly pAdjusted: number | null;
    } | null;
  }[];
  readonly curves: readonly {
    readonly points: readonly { readonly step: number; readonly estimate: { readonly mean: number | null } }[];
  }[];
}

let world: DatabaseWorld;
let proxy: CountingProxy;
let counted: Database;
let api: TestApi;
const ids = new Map<string, string>();

/** Losses by learning rate, width and seed; the last one has none and lacks a width. */
const RUNS: readonly { name: string; lr: number | string; width?: number; seed: number; loss?: number }[] = [
  { name: "a", lr: 0.1, width: 1, seed: 1, loss: 1 },
  { name: "b", lr: 0.1, width: 1, seed: 2, loss: 3 },
  { name: "c", lr: 0.1, width: 2, seed: 1, loss: 5 },
  { name: "d", lr: 0.1, width: 2, seed: 2, loss: 9 },
  { name: "e", lr: 0.2, width: 1, seed: 1, loss: 2 },
  { name: "f", lr: 0.2, width: 1, seed: 2, loss: Number.NaN },
  { name: "g", lr: "auto", seed: 1 },
];

beforeAll(async () => {
  world = await startDatabaseWorld();
  proxy = await startCountingProxy(world.databaseUrl);
  counted = openDatabase(proxy.url);
  api = await startTestApi(counted);
  const { sql } = world.database;
  for (const { name, lr, width, seed, loss } of RUNS) {
    const { id, segment } = await createExternalRun(sql, {
      projectId: "default",
      experiment: "grouped",
      arm: "external",
      seed,
      name,
      config: { optimizer: { lr }, ...(width === undefined ? {} : { width }) },
      tags: { letter: name },
      key: name,
      session: "fill",
      parentRunId: null,
    });
    ids.set(name, id);
    if (loss === undefined) continue;
    const series = [{ name: "loss", steps: [1, 2], values: [loss * 10, loss], times: [1, 2] }];
    await inRun(sql, id, null, (tx) => appendBatch(tx, { runId: id, key: "0", segment, series }));
  }
});
afterAll(async () => {
  await api.close();
  await counted.close();
  await proxy.close();
  await world.close();
});

describe("runs", () => {
  const PAGE =
    "query ($orderBy: RunOrder, $first: Int, $after: Cursor) { runs(orderBy: $orderBy, first: $first, after: $after) { nodes { name } pageInfo { endCursor hasNextPage } } }";
  const inPages = async (orderBy: object, first: number): Promise<string> => {
    const names: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { runs }: { runs: { nodes: { name: string }[]; pageInfo: { endCursor: string; hasNextPage: boolean } } } = await get(
        api.url,
        PAGE,
        {
          orderBy,
          first,
          after,
        },
      );
      names.push(...runs.nodes.map(({ name }) => name));
      ({ endCursor: after, hasNextPage: more } = runs.pageInfo);
    }
    return names.join("");
  };

  test("are ordered by a metric's last value, those without a number last, both ways, the same in pages of any size", async () => {
    const orderBy = { property: "METRIC", name: "loss" };
    for (const first of [1, 2, 3, 200]) {
      // "f" is NaN: no number to order by.
      expect(await inPages({ ...orderBy, direction: "DESCENDING" }, first)).toBe("dcbeafg");
      expect(await inPages({ ...orderBy, direction: "ASCENDING" }, first)).toBe("aebcdfg");
    }
  });

  test("are ordered by a nested parameter, numbers before texts, and by a tag", async () => {
    expect(await inPages({ property: "CONFIG", name: "optimizer.lr", direction: "ASCENDING" }, 2)).toBe("abcdefg");
    expect(await inPages({ property: "CONFIG", name: "optimizer.lr" }, 2)).toBe("fedcbag");
    expect(await inPages({ property: "TAG", name: "letter" }, 3)).toBe("gfedcba");
  });

  test("are ordered by what every run has, and what no run has is refused", async () => {
    expect(await inPages({ property: "ATTRIBUTE", name: "name", direction: "ASCENDING" }, 2)).toBe("abcdefg");
    expect(await inPages({ property: "ATTRIBUTE", name: "seed", direction: "ASCENDING" }, 3)).toBe("acegbdf");
    await world.database.sql`update "Run" set status = 'FAILED' where id = ${ids.get("d") ?? ""}`;
    expect(await inPages({ property: "ATTRIBUTE", name: "status", direction: "ASCENDING" }, 2)).toBe("dabcefg");
    const { errors } = await ask(api.url, PAGE, { orderBy: { property: "ATTRIBUTE", name: "colour" } });
    expect(errors?.[0]?.message).toMatch(/^orderBy.name: one of status/);
  });

  test("refuse the cursor of another order", async () => {
    const { runs } = await get(api.url, PAGE, { orderBy: { property: "TAG", name: "letter" }, first: 1 });
    const { errors } = await ask(api.url, PAGE, { orderBy: { property: "METRIC", name: "loss" }, after: runs.pageInfo.endCursor });
    expect(errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT" });
  });
});

describe("groups of runs", () => {
  const GROUPS = `query ($by: [String!], $baseline: [JSON], $text: String) { runGroups(of: { text: $text }, by: $by, metrics: ["loss"], curves: ["loss"], baseline: $baseline) {
    key runs { name } metrics { name estimate { mean low high n } perSeed { seed value } difference { estimate { mean n } perSeed { seed value } sentence } } curves { points { step estimate { mean n } } } } }`;

  test("collapse the seed over any parameters, with mean, 95% interval, n and matched-seed differences", async () => {
    const { runGroups } = await get(api.url, GROUPS, { by: ["optimizer.lr", "width"] });
    expect(
      runGroups.map(({ key, runs }: { key: unknown; runs: { name: string }[] }) => [key, runs.map(({ name }) => name).join("")]),
    ).toEqual([
      [[0.1, 1], "ab"],
      [[0.1, 2], "cd"],
      [[0.2, 1], "ef"],
      [["auto", null], "g"],
    ]);
    // t(0.975, 1) = 12.7062; mean 2, standard error 1.
    const [first, second, third, fourth] = runGroups.map(({ metrics }: { metrics: readonly object[] }) => metrics[0]);
    expect(first).toMatchObject({ estimate: { mean: 2, n: 2 }, difference: null });
    expect(first.estimate.high).toBeCloseTo(2 + 12.7062, 3);
    expect(second.difference).toMatchObject({
      estimate: { mean: 5, n: 2 },
      perSeed: [
        { seed: 1, value: 4 },
        { seed: 2, value: 6 },
      ],
    });
    expect(second.difference.sentence).toContain("optimizer.lr=0.1, width=2");
    expect(third).toMatchObject({
      estimate: { mean: 2, n: 1, low: null },
      perSeed: [
        { seed: 1, value: 2 },
        { seed: 2, value: "NaN" },
      ],
      difference: { estimate: { mean: 1, n: 1 } },
    });
    expect(fourth).toMatchObject({ estimate: { mean: null, n: 0 }, difference: null });
    expect(runGroups[1].curves[0].points).toEqual([
      { step: 1, estimate: { mean: 70, n: 2 } },
      { step: 2, estimate: { mean: 7, n: 2 } },
    ]);
  });

  test("are made by tags, status and last values too, after the parameters, and say so in words", async () => {
    const BY = `query ($by: [String!], $groupBy: [RunKey!], $baseline: [JSON]) { runGroups(of: {}, by: $by, groupBy: $groupBy, metrics: ["loss"], baseline: $baseline) {
      key label runs { name } metrics { estimate { mean n } difference { estimate { mean n } } } } }`;
    const groups = async (variables: object): Promise<{ key: unknown[]; label: string; runs: { name: string }[] }[]> =>
      (await get(api.url, BY, variables)).runGroups;
    const named = (found: Awaited<ReturnType<typeof groups>>) =>
      found.map(({ label, runs }) => [label, runs.map(({ name }) => name).join("")]);
    expect(named(await groups({ by: ["width"], groupBy: [{ property: "ATTRIBUTE", name: "status" }] }))).toEqual([
      ['width=1, status="RUNNING"', "aebf"],
      ['width=2, status="FAILED"', "d"],
      ['width=2, status="RUNNING"', "c"],
      ['width=null, status="RUNNING"', "g"],
    ]);
    expect(named(await groups({ groupBy: [{ property: "TAG", name: "letter" }] })).slice(0, 2)).toEqual([
      ['tags.letter="a"', "a"],
      ['tags.letter="b"', "b"],
    ]);
    const byLoss = await groups({ groupBy: [{ property: "METRIC", name: "loss" }], baseline: [3] });
    expect(byLoss.map(({ key, runs }) => [key[0], runs.map(({ name }) => name).join("")])).toEqual([
      [1, "a"],
      [2, "e"],
      [3, "b"],
      [5, "c"],
      [9, "d"],
      ["NaN", "f"],
      [null, "g"],
    ]);
    expect(byLoss[2]).toMatchObject({ label: "metrics.loss=3", metrics: [{ difference: null }] });
    const [whole, ...others] = named(await groups({ groupBy: [{ property: "ATTRIBUTE", name: "experiment" }] }));
    expect([whole?.[0], whole?.[1]?.split("").toSorted().join(""), others]).toEqual(['experiment="grouped"', "abcdefg", []]);
    const { errors } = await ask(api.url, BY, { groupBy: [{ property: "ATTRIBUTE", name: "colour" }] });
    expect(errors?.[0]?.message).toMatch(/^groupBy\[0\].name: one of status/);
  });

  test("count a seed once where several of their runs share it, and take any group as baseline", async () => {
    const { runGroups } = await get(api.url, GROUPS, { by: ["optimizer.lr"], baseline: [0.2] });
    // Seed 1: (1 + 5) / 2, seed 2: (3 + 9) / 2.
    expect(runGroups[0].metrics[0]).toMatchObject({ estimate: { mean: 4.5, n: 2 }, difference: { estimate: { mean: 1, n: 1 } } });
    expect(runGroups[0].metrics[0].perSeed).toHaveLength(4);
    expect(runGroups[1].metrics[0].difference).toBeNull();
    const { errors } = await ask(api.url, GROUPS, { by: ["optimizer.lr"], baseline: [0.3] });
    expect(errors?.[0]?.message).toBe("baseline: there is no such group");
  });

  test("have the numbers that the comparison of the same runs has, and cost no statement more for more groups", async () => {
    const { runGroups } = await get(api.url, GROUPS, { by: [], text: "config.width = 1 and config.optimizer.lr = 0.1" });
    const { comparison } = await get(
      api.url,
      `query { comparison(of: { text: "config.width = 1 and config.optimizer.lr = 0.1" }, metrics: ["loss"], curves: ["loss"]) { arms { metrics { estimate { mean low high n } } } } }`,
    );
    expect(runGroups[0].metrics[0].estimate).toEqual(comparison.arms[0].metrics[0].estimate);
    const cost = async (by: readonly string[]): Promise<number> => {
      await get(api.url, GROUPS, { by });
      proxy.take();
      await get(api.url, GROUPS, { by });
      return proxy.take();
    };
    expect(await cost(["optimizer.lr", "width", "seed"])).toBe(await cost([]));
  });
});

/** A field of RFC 4180. */
const cell = (value: unknown): string => {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** A row with what it has and empty cells after it. */
const row = (...cells: readonly unknown[]): string =>
  [...cells, ...Array.from({ length: 14 - cells.length }, () => "")].map(cell).join(",");

test("the API, the table, the CSV and the charts of a comparison by any parameters have the same numbers", async () => {
  const experimentId = (ids.get("a") ?? "").split(".")[0] ?? "";
  const env = { GRADUS_API_URL: api.url };
  const compare = async (...flags: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await gradus(
      ["compare", experimentId, "--by", "optimizer.lr", "width", "--metric", "loss", ...flags],
      env,
    );
    expect([code, stderr.includes("rror")]).toEqual([0, false]);
    return stdout;
  };
  const GROUPED = `query ($of: RunFilter!) { runGroups(of: $of, by: ["optimizer.lr", "width"], metrics: ["loss"], curves: ["loss"]) {
    label metrics { name estimate { mean low high n note } perSeed { seed value } interquartileMean bootstrap { mean low high n note } probabilityOfImprovement
      difference { estimate { mean low high n note } perSeed { seed value } excludesZero pValue pAdjusted } }
    curves { points { step estimate { mean } } } } }`;
  const { runGroups } = await get<{ runGroups: Grouped[] }>(api.url, GROUPED, { of: { experimentId } });
  expect(runGroups.map(({ label }) => label)).toHaveLength(4);

  // CSV: every number with every digit.
  const rows = runGroups.flatMap(({ label, metrics: [metric] }) => {
    if (metric === undefined) return [];
    const { estimate: of, perSeed, difference, interquartileMean, bootstrap, probabilityOfImprovement: chance } = metric;
    const numbers = (one: typeof of) => [one.mean, one.low, one.high, one.n] as const;
    return [
      row("estimate", label, "loss", "", ...numbers(of), "", of.note),
      ...(interquartileMean === null ? [] : [row("interquartile_mean", label, "loss", "", interquartileMean, "", "", of.n)]),
      ...(bootstrap.low === null ? [] : [row("bootstrap", label, "loss", "", ...numbers(bootstrap), "", bootstrap.note)]),
      ...(chance === null ? [] : [row("probability_of_improvement", label, "loss", "", chance)]),
      ...perSeed.map(({ seed, value }) => row("seed", label, "loss", seed, value)),
      ...(difference === null
        ? []
        : [
            row(
              "difference",
              label,
              "loss",
              "",
              ...numbers(difference.estimate),
              difference.excludesZero,
              difference.estimate.note,
              "",
              difference.pValue,
              difference.pAdjusted,
            ),
            ...difference.perSeed.map(({ seed, value }) => row("seed_difference", label, "loss", seed, value)),
          ]),
    ];
  });
  expect((await compare("--csv")).trimEnd().split(/\r?\n/).slice(1)).toEqual(rows);

  // The table: the same means and intervals, as people read them.
  const table = await compare();
  for (const { label, metrics } of runGroups) {
    expect(table).toContain(label);
    for (const { estimate: of } of metrics) {
      if (of.mean !== null) expect(table).toContain(of.mean.toFixed(3));
      if (of.low !== null) expect(table).toContain(`[${of.low.toFixed(3)}, ${of.high?.toFixed(3)}]`);
    }
  }

  // Below it what to know before believing it, in the API's words.
  const RAILS = `query ($of: RunFilter!) { groupComparison(of: $of, by: ["optimizer.lr", "width"], metrics: ["loss"]) { guardRails } }`;
  const { guardRails } = (await get(api.url, RAILS, { of: { experimentId } })).groupComparison;
  expect(guardRails).toContain("optimizer.lr=0.2, width=1: loss is not finite in seed 2, which is left out");
  // Nobody said how many steps these runs will have.
  expect(guardRails).toContain('optimizer.lr="auto", width=null: 1 run of 1 not finished (seed 1 at step 0); the last value so far stands');
  for (const rail of guardRails) expect(table).toContain(rail);

  // The charts: a dot a seed, and for each group a line whose heights are the means on one scale.
  const file = join(world.home, "report.html");
  await compare("--report", file);
  const html = await readFile(file, "utf8");
  const dots = [...html.matchAll(/<title>seed (\d+): ([^<]+)<\/title>/g)].map(([, seed, value]) => [Number(seed), Number(value)]);
  expect(dots).toEqual(
    runGroups.flatMap(({ metrics }) =>
      metrics.flatMap(({ perSeed }) => perSeed.flatMap(({ seed, value }) => (typeof value === "number" ? [[seed, value]] : []))),
    ),
  );
  const drawn = [...html.matchAll(/<polyline points="([^"]*)"/g)].map(([, points = ""]) =>
    points
      .split(" ")
      .filter(Boolean)
      .map((one) => Number(one.split(",")[1])),
  );
  const means = runGroups.map(({ curves: [curve] }) => (curve?.points ?? []).flatMap(({ estimate }) => estimate.mean ?? []));
  expect(drawn.map(({ length }) => length)).toEqual(means.map(({ length }) => length));
  const pairs = means.flatMap((ofGroup, group) => ofGroup.map((mean, at) => ({ mean, y: drawn[group]?.[at] ?? Number.NaN })));
  const [least, most] = [pairs.reduce((a, b) => (b.mean < a.mean ? b : a)), pairs.reduce((a, b) => (b.mean > a.mean ? b : a))];
  const slope = (most.y - least.y) / (most.mean - least.mean);
  expect(slope).toBeLessThan(0);
  for (const { mean, y } of pairs) expect(Math.abs(y - (least.y + slope * (mean - least.mean)))).toBeLessThan(0.2);

  const other = JSON.parse(await compare("--json", "--baseline", runGroups[1]?.label ?? "")) as {
    baselineArm: string;
    arms: { metrics: object[] }[];
  };
  expect([other.baselineArm, other.arms[1]?.metrics[0]]).toEqual([runGroups[1]?.label, expect.objectContaining({ difference: null })]);
  expect((await gradus(["compare", experimentId, "--by", "width", "--baseline", "nobody"], env)).stderr).toContain("width=1");
});
