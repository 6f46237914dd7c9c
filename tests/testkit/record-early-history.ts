// Owns: recording the history of a run that is given another length before it knows its own, as record-histories.ts does for others:
// `npx node tests/testkit/record-early-history.ts`. Must not know: what is asserted.
import { writeFile } from "node:fs/promises";
import { WithStartWorkflowOperation } from "@temporalio/client";
import proto from "@temporalio/proto";
import { CONTROL_QUEUE, setTotalStepsUpdate, TRAINING_RUN_WORKFLOW, trainingRunWorkflowId } from "@gradus/workflows";
import { connectTemporal, plantExperiment } from "./planted-experiment.ts";
import { startWorld } from "./world.ts";

const world = await startWorld();
await world.startWorker();
const client = await connectTemporal(world.temporal.address);
const [runId = ""] = await plantExperiment(world, { id: "early", training: { steps: 3 } });
const started = new WithStartWorkflowOperation(TRAINING_RUN_WORKFLOW, {
  workflowId: trainingRunWorkflowId(runId),
  taskQueue: CONTROL_QUEUE,
  workflowIdConflictPolicy: "FAIL",
  args: [{ runId }],
});
// With its start, so that it is there before the run has read its row.
await client.workflow.executeUpdateWithStart(setTotalStepsUpdate, { startWorkflowOperation: started, args: [{ totalSteps: 2 }] });
const handle = await started.workflowHandle();
console.log(await handle.result());
const history = await handle.fetchHistory();
await writeFile(
  new URL("../workflow/histories/training-run-early.bin", import.meta.url),
  proto.temporal.api.history.v1.History.encode(history).finish(),
);
console.log(`training-run-early: ${history.events?.length} events`);
await client.connection.close();
await world.close();
