// Owns: that the workflow bundle is made once for its sources, and again when they or their pins change.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { workflowBundle } from "@gradus/worker/control/workflow-bundle";

const folder = mkdtempSync(join(tmpdir(), "gradus-bundle-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const planted = fileURLToPath(new URL("../../../workflows/src/planted-for-a-test.ts", import.meta.url));

test("a bundle is made once, then read, and made anew when a source of it changes", async () => {
  const first = await workflowBundle(folder);
  expect(first.cached).toBe(false);
  const again = await workflowBundle(folder);
  expect(again).toEqual({ code: "code" in first ? first.code : "", cached: true });
  expect(readdirSync(folder)).toHaveLength(1);
  try {
    writeFileSync(planted, "export const planted = 1;\n");
    expect((await workflowBundle(folder)).cached).toBe(false);
  } finally {
    rmSync(planted, { force: true });
  }
  expect((await workflowBundle(folder)).cached).toBe(true);
  expect(readdirSync(folder)).toHaveLength(2);
  for (const name of readdirSync(folder)) expect(readFileSync(join(folder, name), "utf8")).toContain("trainingRun");
});

test("what tells spans is in the bundle of those who ask for it, and not a byte of it in the other", async () => {
  const plain = await workflowBundle(folder);
  const traced = await workflowBundle(folder, true);
  expect(traced.cached).toBe(false);
  const code = (bundle: typeof plain): string => ("code" in bundle ? bundle.code : "");
  expect(code(traced)).toMatch(/OpenTelemetryOutboundInterceptor[^]*@opentelemetry/);
  expect(code(plain)).toContain("trainingRun");
  expect(code(plain)).not.toMatch(/OpenTelemetryOutboundInterceptor|@opentelemetry/);
  expect((await workflowBundle(folder)).cached).toBe(true);
});

test("a folder that cannot be written costs the next start its seconds, nothing else", async () => {
  const file = join(folder, "a-file");
  writeFileSync(file, "");
  expect("code" in (await workflowBundle(join(file, "below")))).toBe(true);
});
