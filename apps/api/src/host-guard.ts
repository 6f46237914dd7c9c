// Owns: whether a request's Host and Origin are ours. An API on loopback runs code, and any page a browser shows can reach loopback: a foreign
// Origin is a foreign page, a foreign Host is DNS rebinding. Must not know: HTTP frameworks.
import type { IncomingMessage } from "node:http";

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** Says why a request is refused, or null. `extraHosts`: further `host` or `host:port`, as a client writes them, this server is reached under. */
export function hostGuard(extraHosts: readonly string[]): (request: Pick<IncomingMessage, "headers" | "socket">) => string | null {
  const extra = new Set(extraHosts.map((host) => host.toLowerCase()));
  const isOurs = (host: string, port: number | undefined): boolean => {
    const lower = host.toLowerCase();
    const [, name = "", given = "80"] = /^(.*?)(?::(\d+))?$/.exec(lower) ?? [];
    return extra.has(lower) || (LOOPBACK.includes(name) && Number(given) === port);
  };
  return ({ headers, socket }) => {
    const { host, origin } = headers;
    if (host === undefined || !isOurs(host, socket.localPort)) return "this Host is not served here";
    if (origin !== undefined) {
      const [, from] = /^https?:\/\/([^/]+)$/.exec(origin) ?? [];
      return from !== undefined && isOurs(from, socket.localPort) ? null : "requests from this Origin are refused";
    }
    // A link that a person follows from another site is welcome; a request that another site's page makes is not, nor is a frame in it.
    const followed = headers["sec-fetch-mode"] === "navigate" && (headers["sec-fetch-dest"] ?? "document") === "document";
    const foreign = headers["sec-fetch-site"] === "cross-site" && !followed;
    return foreign ? "requests from other sites are refused" : null;
  };
}
