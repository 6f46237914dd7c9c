// Owns: what a run says it was made of: code, seed, data, engine, sandbox, and where it went on. Must not know: who runs it.
import { readProvenance } from "@gradus/api/provenance";
import { attachProblemSet } from "@gradus/prisma/training/experiment-store";
import { registerNode } from "@gradus/prisma/training/node-store";
import { freezeProblemSet } from "@gradus/prisma/training/problem-set-store";
import { grantLease, recordBeginning } from "@gradus/prisma/training/run-store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSample } from "../../testkit/api/sample-experiment.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
beforeAll(async () => {
  world = await startDatabaseWorld();
});
afterAll(() => world.close());

const provenanceOf = async (runId: string) => {
  const [row] = await world.database.sql<{ provenance: unknown }[]>`select provenance from "Run" where id = ${runId}`;
  return row?.provenance;
};

test("a run tells code, machine, seed and data when it begins, engine and sandbox of its node, and the step it was resumed from", async () => {
  const { sql } = world.database;
  const { id, runIds } = await createSample(world.database, "provenance");
  const runId = runIds[1] ?? "";
  const set = await freezeProblemSet(sql, "default", "empty", []);
  await attachProblemSet(sql, id, set);
  const [stored] = await sql<{ contentHash: string }[]>`select "contentHash" from "ProblemSet" where id = ${set}`;
  const created = readProvenance();
  expect(created).toMatchObject({
    gradusVersion: expect.stringMatching(/^\d+\.\d+\.\d+/),
    lockFileHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    host: { platform: process.platform, arch: process.arch, cpus: expect.any(Number), node: process.versions.node },
  });

  await recordBeginning(sql, runId, 0);
  const data = { seed: 2, problemSet: set, problemSetHash: stored?.contentHash };
  expect(await provenanceOf(runId)).toEqual({ ...created, ...data });

  // A node that never registered adds nothing; one that did, what its numbers depend on.
  await grantLease(sql, runId, "unknown");
  expect(await provenanceOf(runId)).toEqual({ ...created, ...data });
  const made = { engine: "embedded-onnx/1", engineRuntime: "onnxruntime 1", engineThreads: 1, sandbox: "bubblewrap" };
  await registerNode(sql, {
    id: "n",
    roles: ["POLICY"],
    taskQueue: "policy/n",
    labels: {},
    capabilities: { ...made, cpus: 2, policySlots: 2 },
  });
  await grantLease(sql, runId, "n");
  await recordBeginning(sql, runId, 7);
  expect(await provenanceOf(runId)).toEqual({ ...created, ...data, ...made, resumedFrom: "step 7" });
});
