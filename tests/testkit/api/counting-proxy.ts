// Owns: a wire to Postgres that counts the statements that pass. Must not know: who sends them.
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

export interface CountingProxy {
  /** The database's URL by way of the proxy. */
  readonly url: string;
  /** Statements executed since the last call: Execute and Query messages of the frontend. */
  take(): number;
  close(): Promise<void>;
}

const EXECUTE = "E".charCodeAt(0);
const QUERY = "Q".charCodeAt(0);

export async function startCountingProxy(databaseUrl: string): Promise<CountingProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => void [client, upstream].map((each) => each.destroy()));
      socket.on("close", () => void [client, upstream].map((each) => each.destroy()));
    }
    let pending = Buffer.alloc(0);
    let started = false;
    client.on("data", (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      for (;;) {
        // The first message has no type before its length; the others have one byte.
        const head = started ? 1 : 0;
        if (pending.length < head + 4) return;
        const length = head + pending.readInt32BE(head);
        if (pending.length < length) return;
        if (started && (pending[0] === EXECUTE || pending[0] === QUERY)) count++;
        started = true;
        pending = pending.subarray(length);
      }
    });
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const url = new URL(databaseUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    take() {
      const taken = count;
      count = 0;
      return taken;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}
