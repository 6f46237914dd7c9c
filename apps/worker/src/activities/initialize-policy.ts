// Owns: a run's policy version 0: stored weights, or new ones from its seed.
import { ConfigurationError } from "@gradus/domain";
import type { BlobStore, PolicyRef, RolloutSink } from "@gradus/domain";
import type { Lease } from "@gradus/workflows";
import type { EngineHost } from "../policy/engine-host.ts";
import { asActivity } from "./activity.ts";

export const initializePolicy =
  ({ sink, host, blobs }: { readonly sink: RolloutSink; readonly host: EngineHost; readonly blobs: BlobStore }) =>
  ({ lease }: { readonly lease: Lease }): Promise<PolicyRef> =>
    asActivity(async () => {
      const { runId, epoch } = lease;
      const { made, warmStart, model: size, seed } = await sink.readInitialPolicy(runId);
      if (made !== null) return made;
      return host.use(runId, null, async (model) => {
        const { engine } = model;
        if (warmStart !== null && size !== undefined)
          throw new ConfigurationError("policy.model: a warm start brings its own model; leave one of the two out");
        if (warmStart !== null && !(await blobs.has(warmStart)))
          throw new ConfigurationError(`policy.warmStart: sha256:${warmStart} is not in the blob store; upload it and start again`);
        if (warmStart === null) {
          model.changing();
          await engine.createModel(runId, seed, size);
        }
        const bytes = warmStart === null ? await engine.saveState(runId) : await blobs.get(warmStart);
        const hash = await blobs.put(bytes);
        if (warmStart === null) model.settled(hash);
        const { capabilities } = engine;
        await sink.addProvenance(runId, {
          engine: capabilities.engine,
          engineRuntime: capabilities.runtime,
          engineThreads: capabilities.threads,
          initialPolicyHash: hash,
        });
        await sink.commitPolicy({
          runId,
          epoch,
          step: 0,
          version: 0,
          hash,
          bytes: bytes.byteLength,
          engine: capabilities.engine,
          report: null,
        });
        return { version: 0, hash };
      });
    });
