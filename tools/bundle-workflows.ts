// Owns: making the workflow bundle ahead, at `npm run prepare`, so that no worker makes it when it starts. Must not know: how.
import { BUNDLES, workflowBundle } from "../apps/worker/src/control/workflow-bundle.ts";

const { cached } = await workflowBundle();
console.log(cached ? `the workflow bundle in ${BUNDLES} is up to date` : `made the workflow bundle in ${BUNDLES}`);
