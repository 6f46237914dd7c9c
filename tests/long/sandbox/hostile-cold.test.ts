// Owns: the hostile suite against bubblewrap without the warm interpreter, which is used where nested namespaces are refused.
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import { hostileSuite } from "../../testkit/sandbox/hostile-suite.ts";

hostileSuite("bubblewrap with an interpreter for each rollout", {
  make: () => createSandbox({ backend: "bubblewrap", mode: "COLD", slots: 2 }),
  exactVerdicts: true,
});
