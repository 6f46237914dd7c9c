// Owns: a training as a process that logs until it is killed. Prints each step whose `log` returned. Must not know: what a test is about.
import { writeSync } from "node:fs";
import { startRun } from "@gradus/client";

const [journal = "", url = "", key = ""] = process.argv.slice(2);
const run = startRun({ experiment: "killed", key, url, journal, delayMs: 20 });
for (let step = 1; ; step++) {
  run.log(step, { loss: 1 / step, accuracy: step });
  writeSync(1, `${step}\n`);
  // Lets the sender have its turn now and then, as a training that waits for a device does.
  if (step % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
}
