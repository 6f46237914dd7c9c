// Owns: a warm start made on this node, its weights durable in the blob store. Must not know: the recipe, who asked.
import type { BlobStore } from "@gradus/domain";
import type { PretrainHeartbeat, PretrainInput, PretrainResult } from "@gradus/workflows";
import { buildWarmStart } from "../policy/build-warm-start.ts";
import { asActivity } from "./activity.ts";

export const pretrainPolicy =
  ({ blobs }: { readonly blobs: BlobStore }) =>
  ({ steps }: PretrainInput): Promise<PretrainResult> =>
    asActivity(async ({ signal, heartbeat }) => {
      const bytes = await buildWarmStart({
        ...(steps === null ? {} : { steps }),
        onProgress: ({ step, steps: all, loss }) => {
          signal.throwIfAborted();
          heartbeat({ step, steps: all, loss } satisfies PretrainHeartbeat);
        },
      });
      return { hash: await blobs.put(bytes), bytes: bytes.byteLength };
    });
