// Owns: the attempts of a student behind an endpoint: only those that are missing, each durable at once. Must not know: verdicts, teachers.
import { ConfigurationError, contentHash, groupId, rolloutId, sha256Hex } from "@gradus/domain";
import type { Database } from "@gradus/prisma";
import { readSynthesis } from "@gradus/prisma/synthesis/synthesis-store";
import { readMissing, saveRollouts } from "@gradus/prisma/training/rollout-store";
import type { SynthesisActivities } from "@gradus/workflows";
import { asActivity } from "../../activities/activity.ts";
import { openaiModel } from "../../teacher/openai-model.ts";
import type { ModelKeys } from "../../teacher/openai-model.ts";
import { askModel } from "./ask-model.ts";
import { inLanes } from "./in-lanes.ts";
import { drawnNumber } from "./teachers.ts";

interface Deps {
  readonly database: Database;
  readonly keys: ModelKeys;
}

export const askStudent =
  ({ database, keys }: Deps): SynthesisActivities["askStudent"] =>
  ({ scope }) =>
    asActivity(async ({ attempt, signal, heartbeat }) => {
      const { sql } = database;
      const synthesisId = scope.experimentId;
      const { spec } = await readSynthesis(sql, synthesisId);
      if (spec.student.kind !== "endpoint") throw new ConfigurationError("student: a policy is no endpoint");
      const model = openaiModel(spec.student, keys);
      // Which model answered, where a policy would be named by its weights.
      const policy = { version: 0, hash: contentHash(model.settings) };
      const places = (await readMissing(sql, scope)).flatMap(({ ordinal, prompt, missing }) =>
        missing.map((index) => ({ ordinal, prompt, index })),
      );
      let durable = 0;
      await inLanes(places, model.concurrency, async ({ ordinal, prompt, index }) => {
        signal.throwIfAborted();
        const subject = rolloutId(groupId(scope, ordinal), index);
        const answered = await askModel(
          database,
          model,
          {
            id: `${subject}/student`,
            synthesisId,
            role: "STUDENT",
            subject,
            promptHash: sha256Hex(prompt),
            messages: [{ role: "user", content: prompt }],
            seed: drawnNumber(`synthesis/${spec.seeds.seed}/student/${scope.step}/${ordinal}/${index}`),
          },
          signal,
        );
        // A request that the server rejects is an attempt without an answer.
        const completion = answered.reply?.text ?? "";
        const finishReason = answered.reply?.finishReason === "length" ? "length" : "stop";
        const rollout = { ordinal, index, completion, promptTokens: [], completionTokens: [], logProbs: [], finishReason } as const;
        await saveRollouts(sql, { scope, policy, attempt, rollouts: [rollout] });
        heartbeat({ durable: ++durable, of: places.length });
      });
    });
