// Owns: a program with the launcher's protocol and nothing else: says it is ready, listens, ends on SIGTERM. Must not know: Gradus.
import { createServer } from "node:http";

const server = createServer((_, response) => response.end(process.argv[2]));
// The API listens where it is told; the worker listens nowhere and stays for its work.
server.listen(process.argv[2] === "api" ? Number(process.env["GRADUS_PORT"]) : 0, "127.0.0.1", () =>
  console.log(JSON.stringify({ ready: true })),
);
process.on("SIGTERM", () => process.exit(0));
