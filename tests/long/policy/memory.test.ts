// Owns: that an engine's memory stays flat over a long run. Must not know: what it learns.
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { FREE_SAMPLING, openSmallEngine, promptRows } from "../../testkit/policy/small-engine.ts";

/** Resident megabytes of a process. */
async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024;
}

test("2,000 steps of sampling, training and saving leave the process as large as 200 did", async () => {
  const engine = await openSmallEngine();
  await engine.createModel("m", 1);
  let early = 0;
  for (let step = 1; step <= 2_000; step += 1) {
    const rows = promptRows(8, 4);
    const samples = await engine.sample("m", rows, { ...FREE_SAMPLING, maxTokens: 4 });
    const data = samples.map(({ tokens, logProbs }, index) => ({
      promptTokens: rows[index]?.promptTokens ?? [],
      completionTokens: tokens,
      weights: tokens.map(() => 1),
      samplerLogProbs: logProbs,
      advantage: index % 2 === 0 ? 1 : -1,
    }));
    await engine.forwardBackward("m", data, { name: "ppo", lengthNorm: "token" });
    await engine.optimStep("m", { learningRate: 1e-5, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0, maxGradNorm: 1 });
    await engine.saveState("m");
    if (step === 200) early = await residentMb(engine.pid as number);
  }
  expect(await residentMb(engine.pid as number)).toBeLessThan(early + 60);
  await engine.close();
});
