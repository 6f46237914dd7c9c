// Owns: a program with the launcher's protocol and nothing else: says it is ready, listens, ends on SIGTERM. Must not know: Gradus.
import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

const [role] = process.argv.slice(2);
const broken = join(process.env["GRADUS_HOME"] ?? "", "broken");
if (role === "api" && existsSync(broken)) fail();

const server = createServer((request, response) => {
  response.end(request.url === "/database-url" ? process.env["DATABASE_URL"] : role);
  if (request.url !== "/break") return;
  writeFileSync(broken, "");
  fail();
});
// The API listens where it is told; the worker listens nowhere in particular and stays for its work.
server.listen(role === "api" ? Number(process.env["GRADUS_PORT"]) : 0, "127.0.0.1", () => console.log(JSON.stringify({ ready: true })));
// A real one finishes what it has begun first; this one takes its time for as long as it is let.
process.on("SIGTERM", () => process.env["GRADUS_TEST_STUBBORN"] === "1" || process.exit(0));

function fail(): never {
  console.error("broken for good");
  process.exit(1);
}
