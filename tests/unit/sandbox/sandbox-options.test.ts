// Owns: which sandbox a node's environment asks for, and what it may not say.
import { sandboxOptions } from "@gradus/worker/sandbox/sandbox-options";
import { expect, it } from "vitest";

it("takes what works here unless told otherwise", () => {
  expect(sandboxOptions({})).toEqual({ backend: "auto", slots: expect.any(Number) });
  expect(sandboxOptions({ GRADUS_SANDBOX_BACKEND: "pyodide", GRADUS_SANDBOX_SLOTS: "3" })).toEqual({ backend: "pyodide", slots: 3 });
});

it("takes a SandboxFusion service with its address, and not without", () => {
  const fusion = { GRADUS_SANDBOX_BACKEND: "sandboxfusion", GRADUS_SANDBOX_SLOTS: "64" };
  expect(sandboxOptions({ ...fusion, GRADUS_SANDBOX_URL: "http://fusion:8080" })).toEqual({
    backend: "sandboxfusion",
    slots: 64,
    url: "http://fusion:8080",
  });
  expect(() => sandboxOptions(fusion)).toThrow("GRADUS_SANDBOX_URL");
  expect(() => sandboxOptions({ ...fusion, GRADUS_SANDBOX_URL: "fusion" })).toThrow("GRADUS_SANDBOX_URL");
});

it("names the variable that says what it cannot mean", () => {
  expect(() => sandboxOptions({ GRADUS_SANDBOX_BACKEND: "docker" })).toThrow(
    "GRADUS_SANDBOX_BACKEND: expected auto, bubblewrap, pyodide, sandboxfusion, got docker",
  );
  for (const slots of ["0", "2.5", "many"]) expect(() => sandboxOptions({ GRADUS_SANDBOX_SLOTS: slots })).toThrow("GRADUS_SANDBOX_SLOTS");
});
