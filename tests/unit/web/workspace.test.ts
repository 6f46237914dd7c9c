// The parts of the page that place things: panels in an address, a chain's lineage, the waits between stages, axes of shares.
import { expect, test } from "vitest";
import { valueRange } from "../../../apps/web/src/components/chart-data.ts";
import { boundsOf } from "../../../apps/web/src/curves/share-metric.ts";
import { moved, panelsOf, panelsText, viewOf, withView } from "../../../apps/web/src/curves/workspace.ts";
import { changes, fromLines, toLines } from "../../../apps/web/src/notes/tag-lines.ts";
import { textFilter, withStatus, withTag } from "../../../apps/web/src/routes/experiments/text-filter.ts";
import { lineageOf } from "../../../apps/web/src/routes/problem/lineage.ts";
import { timeShares, waitsOf } from "../../../apps/web/src/routes/run/stage-waits.ts";
import { absences, nodeRules, telemetryCharts } from "../../../apps/web/src/telemetry/readings.ts";

test("panels survive the address, names with spaces and percent signs too", () => {
  const panels = ["train/reward", "my loss", "100%20", "evaluation/pass@1"];
  expect(panelsOf(panelsText(panels))).toEqual(panels);
  expect(panelsOf("train/reward evaluation/pass@1")).toEqual(["train/reward", "evaluation/pass@1"]);
  expect(panelsOf("")).toEqual([]);
});

test("a panel moves by places and stays among the others at either end", () => {
  expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
  expect(moved(["a", "b", "c"], 0, -1)).toEqual(["a", "b", "c"]);
  expect(moved(["a", "b", "c"], 2, 9)).toEqual(["a", "b", "c"]);
});

test("a view is the panels and how they are drawn, and leaves the place in the data alone", () => {
  const view = viewOf("?x=time&range=3-9&pin=4&group=2", "a b");
  expect(new URLSearchParams(view).get("charts")).toBe("a b");
  const put = new URLSearchParams(withView("?range=1-2&y=log", view));
  expect(Object.fromEntries(put)).toEqual({ range: "1-2", x: "time", charts: "a b" });
});

test("a lineage has children to the right of their parent, and a parent in the middle of them", () => {
  const { nodes, edges, columns, rows } = lineageOf([
    { id: "c", message: "", rung: 1, parent: { id: "a" } },
    { id: "a", message: "", rung: 0 },
    { id: "d", message: "", rung: 2, parent: { id: "b" } },
    { id: "b", message: "", rung: 1, parent: { id: "a" } },
    { id: "lone", message: "", rung: 3, parent: { id: "is elsewhere" } },
  ]);
  expect(nodes.map(({ node, column, row }) => [node.id, column, row])).toEqual([
    ["a", 0, 0.5],
    ["lone", 0, 2],
    ["b", 1, 0],
    ["c", 1, 1],
    ["d", 2, 0],
  ]);
  expect(edges.map(([from, to]) => from.node.id + to.node.id)).toEqual(["ab", "ac", "bd"]);
  expect([columns, rows]).toEqual([3, 3]);
});

const at = (second: number): string => new Date(second * 1_000).toISOString();

test("a wait is where nothing of a step ran, and shares of the time are of all attempts and waits", () => {
  const stageExecutions = [
    { id: "1", stage: "GENERATE" as const, startedAt: at(1), endedAt: at(3) },
    // The first attempt is not over when the second begins: no wait.
    { id: "2", stage: "GENERATE" as const, startedAt: at(2), endedAt: at(4) },
    { id: "3", stage: "EXECUTE" as const, startedAt: at(6), endedAt: at(7) },
    { id: "4", stage: "REWARD" as const, startedAt: at(7), endedAt: null },
  ];
  expect(waitsOf(stageExecutions, at(0)).map(({ id, from, to }) => [id, from / 1_000, to / 1_000])).toEqual([
    ["1", 0, 1],
    ["3", 4, 6],
  ]);
  expect(timeShares([{ startedAt: at(0), stageExecutions }]).map(({ what, ms }) => [what, ms])).toEqual([
    ["GENERATE", 4_000],
    ["EXECUTE", 1_000],
    ["WAITING", 3_000],
  ]);
  expect(timeShares([])).toEqual([]);
});

test("the axis of a share ends where a share ends, whatever its interval says", () => {
  const line = { key: "a", label: "a", variable: "--arm-0", dash: [], x: [1, 2], y: [0.6, 0.9], low: [-0.7, -0.3], high: [1.9, 2.1] };
  const [low, high] = valueRange([line], [0, 2], false, boundsOf("train/pass_rate"));
  expect(low).toBeGreaterThanOrEqual(-0.03);
  expect(high).toBeLessThanOrEqual(1.03);
  expect(valueRange([line], [0, 2], false, boundsOf("train/reward"))[1]).toBeGreaterThan(1.03);
  expect(boundsOf("policy/learning_rate")).toBeUndefined();
});

test("a line of text filters by states, tags and a name, and says what in it cannot be", () => {
  expect(textFilter('status:running tag:team=red tag:"note=two words" my run').filter).toEqual({
    statuses: ["RUNNING"],
    tags: { team: "red", note: "two words" },
    nameContains: "my run",
  });
  expect(textFilter("status:nonsense tag:team")).toEqual({
    filter: { statuses: [] },
    wrong: [expect.stringContaining("No status is called nonsense"), expect.stringContaining("tag:team=red")],
  });
  expect(textFilter("  ")).toEqual({ filter: {}, wrong: [] });
  expect(withStatus("status:running a", "FAILED")).toBe("status:failed a");
  expect(withTag("a", "note=two words")).toBe('tag:"note=two words" a');
  expect(withTag("tag:team=red a", "team=red")).toBe("tag:team=red a");
});

test("tags are lines, and only what was changed of them is told", () => {
  const before = { team: "red", stage: "one" };
  expect(fromLines(toLines(before))).toEqual({ tags: before, wrong: [] });
  expect(fromLines("team = blue = green\n\nnonsense").tags).toEqual({ team: "blue = green" });
  expect(fromLines("nonsense").wrong).toEqual(["nonsense"]);
  expect(changes(before, { team: "blue", new: "1" })).toEqual({ setTags: { team: "blue", new: "1" }, removeTags: ["stage"] });
});

const stretch = (id: string, from: number, at: readonly number[]) => ({
  from: new Date(from).toISOString(),
  to: new Date(from + 100_000).toISOString(),
  bucketMs: 10_000,
  node: { id },
  series: [
    { name: "memoryUsedBytes", unit: "bytes", at: [...at], mean: at.map(() => 2e9) },
    { name: "gpu.0.powerWatts", unit: "watts", at: [...at], mean: at.map(() => null) },
  ],
  absent: [{ reading: "gpu", reason: "nvidia-smi is not on PATH" }],
});

test("readings of machines are a chart a kind, in units that are read, with gaps where nothing was said and what was heard behind", () => {
  const stretches = [stretch("a", 0, [0, 10_000, 50_000]), stretch("b", 100_000, [100_000])];
  const heard = [
    { nodeId: "b", at: 100_000, values: new Map([["memoryUsedBytes", 9e9]]) },
    { nodeId: "b", at: 110_000, values: new Map([["memoryUsedBytes", 3e9]]) },
  ];
  const charts = telemetryCharts(stretches, heard);
  expect(charts.map(({ title, unit }) => [title, unit])).toEqual([["Memory in use", "GB"]]);
  const [line] = charts[0]?.lines ?? [];
  expect(line?.x.map((at, index) => [at, line.y[index]])).toEqual([
    [0, 2],
    [10_000, 2],
    [20_000, null],
    [50_000, 2],
    [100_000, 2],
    [110_000, 3],
  ]);
  expect(nodeRules(stretches).map(({ x, label }) => [x, label])).toEqual([
    [0, "a"],
    [100_000, "b"],
  ]);
  expect(nodeRules(stretches.slice(0, 1))).toEqual([]);
  expect(absences(stretches)).toEqual(["graphics cards: nvidia-smi is not on PATH"]);
});
