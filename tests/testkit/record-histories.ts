// Owns: recording the histories that the replay test holds workflow code to: `npx node tests/testkit/record-histories.ts`.
// Must not know: what is asserted. Record again only when a change of the workflows is meant to end the life of runs begun before it.
import { writeFile } from "node:fs/promises";
import proto from "@temporalio/proto";
import { pauseSignal, resumeSignal, setTotalStepsUpdate, trainingRunWorkflowId } from "@gradus/workflows";
import { experimentWorkflowId } from "@gradus/workflows";
import { stepCompleted } from "./chaos.ts";
import { connectTemporal, plantExperiment, startExperiment } from "./planted-experiment.ts";
import { startWorld } from "./world.ts";

const folder = new URL("../workflow/histories/", import.meta.url);
const world = await startWorld();
await world.startWorker();
const client = await connectTemporal(world.temporal.address);
const save = async (name: string, workflowId: string): Promise<void> => {
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  await writeFile(new URL(`${name}.bin`, folder), proto.temporal.api.history.v1.History.encode(history).finish());
  console.log(`${name}: ${history.events?.length} events`);
};

const [plain = ""] = await plantExperiment(world, { id: "plain", training: { steps: 3 }, evaluation: { every: 2 } });
await (
  await startExperiment(client, "plain")
)();
await save("experiment", experimentWorkflowId("plain"));
await save("training-run", trainingRunWorkflowId(plain));

const [steered = ""] = await plantExperiment(world, { id: "steered", training: { steps: 4, maxStaleness: 1 } });
const ended = await startExperiment(client, "steered");
await stepCompleted(world, steered, 1);
const handle = client.workflow.getHandle(trainingRunWorkflowId(steered));
await handle.signal(pauseSignal, { cause: "recorded" });
await handle.executeUpdate(setTotalStepsUpdate, { args: [{ totalSteps: 5 }] });
await handle.signal(resumeSignal);
await ended();
await save("training-run-steered", trainingRunWorkflowId(steered));
await client.connection.close();
await world.close();
