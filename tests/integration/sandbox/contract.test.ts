// Owns: the contract over both backends, and over both ways of bubblewrap.
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import { contractSuite } from "../../testkit/sandbox/contract-suite.ts";

contractSuite("bubblewrap with a warm interpreter", () => createSandbox({ backend: "bubblewrap", mode: "WARM", slots: 2 }));
contractSuite("bubblewrap with an interpreter for each rollout", () => createSandbox({ backend: "bubblewrap", mode: "COLD", slots: 2 }));
contractSuite("Pyodide", () => createSandbox({ backend: "pyodide", slots: 1 }));
