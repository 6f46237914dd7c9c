// Owns: the hostile suite against the warm path of bubblewrap, the one that is used where it works.
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import { hostileSuite } from "../../testkit/sandbox/hostile-suite.ts";

hostileSuite("bubblewrap with a warm interpreter", {
  make: () => createSandbox({ backend: "bubblewrap", mode: "WARM", slots: 2 }),
  exactVerdicts: true,
});
