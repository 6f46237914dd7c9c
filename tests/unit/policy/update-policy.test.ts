// Owns: what the policy stages make of an experiment's words: its model, its loss, its reference. Must not know: Temporal's server, the database.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MockActivityEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TrainingSpec } from "@gradus/domain";
import type { InitialPolicy, NewPolicy, PolicyRef, RolloutSink, TrainingRollout } from "@gradus/domain";
import { localBlobStore } from "@gradus/prisma/local-blob-store";
import { initializePolicy } from "@gradus/worker/activities/initialize-policy";
import { updatePolicy } from "@gradus/worker/activities/update-policy";
import { EngineHost } from "@gradus/worker/policy/engine-host";
import { decodeSafetensors } from "@gradus/worker/policy/embedded/safetensors";
import type { EmbeddedEngine } from "@gradus/worker/policy/embedded/embedded-engine";
import { FREE_SAMPLING, openSmallEngine, promptRows } from "../../testkit/policy/small-engine.ts";

let folder: string;
let engine: EmbeddedEngine;
let host: EngineHost;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gradus-update-"));
  engine = await openSmallEngine();
  host = new EngineHost([engine], localBlobStore(folder));
});
afterAll(async () => {
  await host.close();
  await rm(folder, { recursive: true });
});

const LEASE = { runId: "run", epoch: 1 } as never;
const committed: NewPolicy[] = [];
/** The half of the port these stages use, over one run that is kept here. */
const sink = (initial: InitialPolicy, updating: Partial<Awaited<ReturnType<RolloutSink["readUpdating"]>>> = {}): RolloutSink =>
  ({
    readInitialPolicy: async () => initial,
    readUpdating: async () => updating,
    commitPolicy: async (made: NewPolicy) => void committed.push(made),
    addProvenance: async () => undefined,
    stageStarted: async () => "stage",
    stageEnded: async () => undefined,
  }) as unknown as RolloutSink;

function begin(initial: Partial<InitialPolicy>): Promise<PolicyRef> {
  const stub = sink({ made: null, warmStart: null, seed: 1, ...initial });
  const activity = initializePolicy({ sink: stub, host, blobs: localBlobStore(folder) });
  return new MockActivityEnvironment().run(() => activity({ lease: LEASE })) as Promise<PolicyRef>;
}

async function reportOf(loss: Record<string, unknown>) {
  const policy = await begin({});
  const rows = promptRows(8, 4);
  const samples = await host.use("run", policy.hash, (model) => model.engine.sample("run", rows, FREE_SAMPLING));
  const rollouts = samples.map(({ tokens, logProbs }, row): TrainingRollout =>
    // Sampled as if by a policy a little off, so that a clip has something to do.
    ({
      promptTokens: rows[row]?.promptTokens ?? [],
      completionTokens: tokens,
      logProbs: logProbs.map((each) => each - 0.1),
      advantage: 1,
      group: Math.floor(row / 4),
    }),
  );
  const training = TrainingSpec.parse({ loss });
  const at = { experimentId: "e", runId: "run", step: 1, policy, lease: LEASE };
  const stub = sink({ made: null, warmStart: null, seed: 1 }, { made: null, reference: policy, rollouts, training });
  await new MockActivityEnvironment().run(() =>
    updatePolicy({ sink: stub, host, blobs: localBlobStore(folder), nodeId: "n" })(at as never),
  );
  return committed.at(-1)?.report;
}

describe("a run's first policy", () => {
  test("has the size the experiment names, and two sizes live side by side", async () => {
    const { hash } = await begin({ model: "tiny" });
    const { metadata } = decodeSafetensors(await localBlobStore(folder).get(hash));
    expect(JSON.parse(metadata["architecture"] ?? "")).toMatchObject({ width: 32, layers: 2, hidden: 64 });
    expect(metadata["lengths"]).toContain("88");
    expect((await begin({})).hash).not.toBe(hash);
  });

  test("cannot be both a warm start and a size", async () => {
    await expect(begin({ model: "tiny", warmStart: "a".repeat(64) })).rejects.toThrow("policy.model: a warm start brings its own model");
  });
});

describe("an update", () => {
  test("of ppo clips where the experiment says, not at that ratio", async () => {
    // exp(0.1) is 1.105: inside [0.8, 1.2], outside [0.95, 1.05].
    expect(await reportOf({ name: "ppo", clipLow: 0.2, clipHigh: 0.2 })).toMatchObject({ clipFraction: 0 });
    expect(await reportOf({ name: "ppo", clipLow: 0.05, clipHigh: 0.05 })).toMatchObject({ clipFraction: 1 });
  });

  test("with a KL weight is scored under the run's first policy, which costs nothing while they are the same, and leaves no model behind", async () => {
    const free = await reportOf({ name: "importance_sampling" });
    const held = await reportOf({ name: "importance_sampling", klWeight: 10 });
    expect(held?.loss).toBeCloseTo(free?.loss ?? Number.NaN, 6);
    expect(held?.gradNorm).toBeCloseTo(free?.gradNorm ?? Number.NaN, 3);
    expect(committed.at(-1) && engine.hasModel(`reference/${(await begin({})).hash}`)).toBe(false);
  });
});
