// Owns: choosing a TCP port on loopback. Must not know: who will listen on it.
import { createServer } from "node:net";
import { UnusableError } from "./unusable.ts";

/** Whether nothing listens on 127.0.0.1:port now. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await tryPort(port)) !== null;
}

/**
 * `wanted` when it is free, else a free port of the operating system's choice. Without `wanted`: always the latter.
 * @throws UnusableError when `wanted` is taken and `onlyWanted` is true
 */
export async function choosePort(wanted?: number, onlyWanted = false): Promise<number> {
  const port = wanted === undefined ? null : await tryPort(wanted);
  if (port !== null) return port;
  if (onlyWanted && wanted !== undefined) {
    throw new UnusableError({
      what: `Port ${wanted} cannot be used again`,
      why: "another program has taken it since, and those who know the address would talk to it",
      whatToDo: `End the program that listens on 127.0.0.1:${wanted}, then start Gradus again`,
    });
  }
  const other = await tryPort(0);
  if (other === null) throw new Error("the operating system has no free TCP port on 127.0.0.1");
  return other;
}

/**
 * Starts a server on the port that `choosePort` gives; on another one where somebody took that port before the server had it.
 * @throws what `choosePort` and `start` throw
 */
export async function startOnPort<Server>(
  { wanted, onlyWanted = false }: { readonly wanted?: number | undefined; readonly onlyWanted?: boolean | undefined },
  start: (port: number) => Promise<Server>,
): Promise<Server> {
  for (let triesLeft = 2; ; triesLeft--) {
    const port = await choosePort(wanted, onlyWanted);
    try {
      return await start(port);
    } catch (error) {
      if (triesLeft === 0 || (await isPortFree(port))) throw error;
    }
  }
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
