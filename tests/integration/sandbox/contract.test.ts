// Owns: the contract over both ways of bubblewrap. Over Pyodide it takes minutes on a busy machine: tests/long/sandbox/contract-pyodide.test.ts.
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import { contractSuite } from "../../testkit/sandbox/contract-suite.ts";

contractSuite("bubblewrap with a warm interpreter", () => createSandbox({ backend: "bubblewrap", mode: "WARM", slots: 2 }));
contractSuite("bubblewrap with an interpreter for each rollout", () => createSandbox({ backend: "bubblewrap", mode: "COLD", slots: 2 }));
