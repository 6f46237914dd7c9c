// Owns: choosing a TCP port on loopback. Must not know: who will listen on it.
import { createServer } from "node:net";

/** Whether nothing listens on 127.0.0.1:port now. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await tryPort(port)) !== null;
}

/** `wanted` when it is free, else a free port of the operating system's choice. Without `wanted`: always the latter. */
export async function choosePort(wanted?: number): Promise<number> {
  const port = (wanted === undefined ? null : await tryPort(wanted)) ?? (await tryPort(0));
  if (port === null) throw new Error("the operating system has no free TCP port on 127.0.0.1");
  return port;
}

async function tryPort(port: number): Promise<number | null> {
  const server = createServer();
  try {
    return await new Promise((resolve, reject) => {
      server.once("error", (error: NodeJS.ErrnoException) =>
        error.code === "EADDRINUSE" || error.code === "EACCES" ? resolve(null) : reject(error),
      );
      server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
        const address = server.address();
        resolve(typeof address === "object" && address !== null ? address.port : null);
      });
    });
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
