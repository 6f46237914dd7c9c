// Owns: the contract over Pyodide (about a second a program on a busy machine, so it is long).
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import { contractSuite } from "../../testkit/sandbox/contract-suite.ts";

contractSuite("Pyodide", () => createSandbox({ backend: "pyodide", slots: 1 }));
