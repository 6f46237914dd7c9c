// Owns: what `gradus doctor` says of the sandbox that a node would have. Must not know: how it is printed.
import { checkSandbox } from "@gradus/cli/doctor/check-machine";
import { expect, it } from "vitest";
import { startFusionServer } from "../../testkit/sandbox/fusion-server.ts";

it("names backend, mode, why, how memory is bounded and what the self-test found", async () => {
  const { severity, what, details } = await checkSandbox({ GRADUS_SANDBOX_BACKEND: "bubblewrap" });
  expect([severity, what]).toEqual(["OK", "programs run in bubblewrap (warm), 7 self-tests hold"]);
  expect(details?.[0]).toBe("why: it was asked for");
  expect(details?.join("\n")).toMatch(/^memory and processes bounded by (?:cgroup v[12]|rlimits only) \(.+\)$/mu);
  expect(details?.filter((detail) => detail.startsWith("self-test: ") && detail.endsWith(": yes"))).toHaveLength(7);
});

it("tests a SandboxFusion service's verdicts and says that its isolation was not tested", async () => {
  const server = await startFusionServer();
  try {
    const asked = { GRADUS_SANDBOX_BACKEND: "sandboxfusion", GRADUS_SANDBOX_URL: server.url };
    const { severity, what, details } = await checkSandbox(asked);
    expect([severity, what]).toEqual(["OK", "programs run in sandboxfusion, 5 self-tests hold"]);
    expect(details).toContain("isolation is the service's: it was not tested");
    server.mood = "HTTP_500";
    expect(await checkSandbox(asked)).toMatchObject({ severity: "BAD", why: expect.stringContaining("the service answered 500") });
  } finally {
    await server.close();
  }
});

it("says what is wrong with a sandbox that cannot be had", async () => {
  await expect(checkSandbox({ GRADUS_SANDBOX_BACKEND: "docker" })).rejects.toThrow("GRADUS_SANDBOX_BACKEND");
});
