// Owns: a process that starts an S3 server, tells the server's pid, and waits to be killed. Must not know: who kills it.
import { startS3Server } from "./s3-server.ts";

const { pid } = await startS3Server();
process.send?.(pid);
await new Promise(() => setInterval(() => undefined, 60_000));
