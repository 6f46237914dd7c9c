// Owns: a sandbox service that takes as long as it is told for each program and nothing of this machine: it speaks SandboxFusion's wire and says of every
// program that it began and failed. Must not know: who asks.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

export interface PacedSandbox extends AsyncDisposable {
  readonly url: string;
  /** Programs that it was given. */
  readonly programs: number;
}

/** The line by which our guest is known on standard output is in the program that the adapter sends. */
const MARK = /write\(1, \("\\n([0-9a-f-]{36}) "/;

export async function openPacedSandbox(seconds: number): Promise<PacedSandbox> {
  let programs = 0;
  const server = createServer((request, response) => {
    const begun = performance.now();
    programs++;
    const answer = async (): Promise<void> => {
      const { code } = JSON.parse(await text(request)) as { code: string };
      const mark = MARK.exec(code)?.[1] ?? "";
      await sleep(Math.max(0, seconds * 1_000 - (performance.now() - begun)));
      const run = { status: "Finished", execution_time: seconds, return_code: 1, stdout: `\n${mark} H\n`, stderr: "" };
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ status: "Failed", message: "", compile_result: null, run_result: run, executor_pod_name: null, files: {} }));
    };
    // Tolerates who hangs up: nobody waits for that answer.
    answer().catch(() => response.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get programs() {
      return programs;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
