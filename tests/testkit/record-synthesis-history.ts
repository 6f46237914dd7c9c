// Owns: recording the history of a synthesis for the replay test, as record-histories.ts does for runs: `npx node
// tests/testkit/record-synthesis-history.ts`. Must not know: what is asserted.
import { writeFile } from "node:fs/promises";
import proto from "@temporalio/proto";
import { synthesisWorkflowId } from "@gradus/workflows";
import { connectTemporal } from "./planted-experiment.ts";
import { plantSynthesis, policyStudent, runSynthesis } from "./synthesis/planted-synthesis.ts";
import { startWorld } from "./world.ts";

const world = await startWorld();
await world.startWorker({ env: { GRADUS_POLICY_SLOTS: "1" } });
const client = await connectTemporal(world.temporal.address);
await plantSynthesis(world, "recorded", {
  seeds: { count: 3 },
  teacher: { kind: "grammar" },
  student: await policyStudent(world),
  turns: 2,
  attempts: 4,
  batch: 2,
});
await runSynthesis(client, "recorded");
const history = await client.workflow.getHandle(synthesisWorkflowId("recorded")).fetchHistory();
await writeFile(
  new URL("../workflow/histories/synthesis.bin", import.meta.url),
  proto.temporal.api.history.v1.History.encode(history).finish(),
);
console.log(`synthesis: ${history.events?.length} events`);
await client.connection.close();
await world.close();
