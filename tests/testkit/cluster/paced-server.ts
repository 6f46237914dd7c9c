// Owns: a server that takes as long as it is told: everything is passed on to a real one, and its answer is held until its time has come. Must not know:
// what is asked.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

export interface PacedServer extends AsyncDisposable {
  readonly url: string;
  /** Requests by the path's last part. */
  readonly asked: ReadonlyMap<string, number>;
  /** Answers that came later than their time, and by how many seconds at most: then the real server set the pace. */
  readonly late: { count: number; mostSeconds: number };
}

/** `seconds`: from a request's arrival to its answer, by the path's last part; 0 or absent: as soon as there is one. */
export async function openPacedServer(behind: string, seconds: Readonly<Record<string, number>>): Promise<PacedServer> {
  const asked = new Map<string, number>();
  const late = { count: 0, mostSeconds: 0 };
  const front = createServer({ requestTimeout: 0 }, async (request, response) => {
    const begun = performance.now();
    const path = new URL(request.url ?? "/", "http://any").pathname.split("/").at(-1) ?? "";
    asked.set(path, (asked.get(path) ?? 0) + 1);
    const body = await buffer(request);
    const { host: _host, connection: _connection, "content-length": _length, ...headers } = request.headers;
    try {
      const answer = await fetch(`${behind}${request.url}`, {
        method: request.method ?? "GET",
        headers: headers as Record<string, string>,
        ...(body.length > 0 && { body }),
      });
      const text = await answer.bytes();
      const left = (seconds[path] ?? 0) * 1_000 - (performance.now() - begun);
      if (left > 0) await sleep(left);
      else if (path in seconds) {
        late.count++;
        late.mostSeconds = Math.max(late.mostSeconds, -left / 1_000);
      }
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "application/json" }).end(text);
    } catch {
      // A server that is gone: so is this answer.
      response.destroy();
    }
  }).listen(0, "127.0.0.1");
  await once(front, "listening");
  return {
    url: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    asked,
    late,
    async [Symbol.asyncDispose]() {
      front.closeAllConnections();
      await new Promise((resolve) => front.close(resolve));
    },
  };
}
