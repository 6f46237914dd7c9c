import { readFileSync } from "node:fs";
import { buildSchema, parse, validate } from "graphql";
import { expect, test } from "vitest";
import { documents } from "../../../apps/client/src/api.ts";
import { batchInputs, metricLine } from "../../../apps/client/src/batch-input.ts";

test("every document of the client is valid against the schema", () => {
  const schema = buildSchema(readFileSync(new URL("../../../schema.graphql", import.meta.url), "utf8"));
  expect(documents.length).toBeGreaterThan(3);
  for (const document of documents) expect(validate(schema, parse(document))).toEqual([]);
});

test("lines become columns by name, in the order they were logged", () => {
  const lines = [metricLine(1, 10, { a: 1, b: Number.NaN }), metricLine(2, 20, { 'a "quoted"': 0.1, a: -Infinity }), metricLine(3, 30, {})];
  expect(lines.map(({ points }) => points)).toEqual([2, 2, 0]);
  const { metrics, samples } = batchInputs(
    lines.map(({ line }) => line),
    "r",
    "b",
    4,
  );
  expect(JSON.parse(metrics ?? "")).toEqual({
    runId: "r",
    segment: 4,
    batchId: "b",
    series: [
      { name: "a", steps: [1, 2], values: [1, "-Infinity"], times: [10, 20] },
      { name: "b", steps: [1], values: ["NaN"], times: [10] },
      { name: 'a "quoted"', steps: [2], values: [0.1], times: [20] },
    ],
  });
  expect(samples).toBeNull();
});
