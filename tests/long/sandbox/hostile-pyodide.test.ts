// Owns: the hostile suite against Pyodide (half a second a program, so it is long).
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import { hostileSuite } from "../../testkit/sandbox/hostile-suite.ts";

hostileSuite("Pyodide", {
  make: () => createSandbox({ backend: "pyodide", slots: 1 }),
  exactVerdicts: false,
  neighbours: false,
  limits: { cpuMs: 1_500, wallMs: 15_000, memoryMb: 96, outputBytes: 32 * 1024 },
});
