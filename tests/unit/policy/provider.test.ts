// Owns: that a provider which is not there, or computes something else, is refused by name. Must not know: which machine this is.
import { describe, expect, test } from "vitest";
import { createEmbeddedEngine } from "@gradus/worker/policy/embedded/embedded-engine";
import { distance, refuseOther, selfTest, trainingStep } from "@gradus/worker/policy/embedded/self-test";
import { SMALL_MODEL } from "../../testkit/policy/small-engine.ts";

describe("an execution provider", () => {
  test.each(["cuda", "webgpu"] as const)("%s either passes its self-test or is an error that names it", async (provider) => {
    const made = await createEmbeddedEngine({ model: SMALL_MODEL, provider }).catch((error: unknown) => error as Error);
    if (made instanceof Error) expect(made.message).toContain(`execution provider "${provider}"`);
    else {
      expect(made.capabilities.runtime).toContain(provider);
      expect(made.capabilities.deterministic).toBe(false);
      await made.close();
    }
  });

  test("that computes the CPU's step passes, and one that does not is told apart from rounding", async () => {
    await selfTest({ provider: "cpu", threads: 1 });
    const [one, two] = [await trainingStep({ provider: "cpu", threads: 1 }), await trainingStep({ provider: "cpu", threads: 2 })];
    expect(distance(two, one)).toBeLessThan(1e-5);
    const [name, values] = [...one.gradients][0] ?? ["", new Float32Array()];
    const halved = {
      ...one,
      gradients: new Map(one.gradients).set(
        name,
        values.map((value) => value / 2),
      ),
    };
    expect(() => refuseOther("webgpu", halved, one)).toThrow('execution provider "webgpu" computes another training step than cpu');
    const broken = {
      ...one,
      gradients: new Map(one.gradients).set(
        name,
        values.map(() => Number.NaN),
      ),
    };
    expect(() => refuseOther("webgpu", broken, one)).toThrow("NaN apart");
    expect(() => refuseOther("webgpu", one, one)).not.toThrow();
  });
});
