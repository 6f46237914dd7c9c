// Owns: recording the history of an experiment that passed over a run which was paused before it began, as record-histories.ts does for others:
// `npx node tests/testkit/record-held-history.ts`. Must not know: what is asserted.
import { writeFile } from "node:fs/promises";
import proto from "@temporalio/proto";
import { steerUnbegun } from "@gradus/prisma/training/run-store";
import { experimentWorkflowId, runReleasedSignal } from "@gradus/workflows";
import { stepCompleted } from "./chaos.ts";
import { connectTemporal, plantExperiment, startExperiment } from "./planted-experiment.ts";
import { startWorld } from "./world.ts";

const world = await startWorld();
await world.startWorker();
const client = await connectTemporal(world.temporal.address);
const [first = "", held = ""] = await plantExperiment(world, { id: "held", seeds: [1, 2], training: { steps: 3 } });
const { sql } = world.database;
await steerUnbegun(sql, held, "PAUSED", "recorded");
const ended = await startExperiment(client, "held");
await stepCompleted(world, first, 1);
const handle = client.workflow.getHandle(experimentWorkflowId("held"));
await steerUnbegun(sql, held, "QUEUED");
await handle.signal(runReleasedSignal, { runId: held });
console.log(await ended());
const history = await handle.fetchHistory();
await writeFile(
  new URL("../workflow/histories/experiment-held.bin", import.meta.url),
  proto.temporal.api.history.v1.History.encode(history).finish(),
);
console.log(`experiment-held: ${history.events?.length} events`);
await client.connection.close();
await world.close();
