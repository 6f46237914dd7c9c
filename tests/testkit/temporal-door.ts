// Owns: a door before a world's Temporal, as a hosted one has: TLS under an authority of its own, the client's certificate, and an API key with every
// request. Everything that is let in goes to the real server and back. Must not know: what is asked.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect, createSecureServer } from "node:http2";
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";

const NAME = "temporal.test";
const UNAUTHENTICATED = "16";

export interface TemporalDoor extends AsyncDisposable {
  /** What a program needs to come in. */
  readonly env: Readonly<Record<string, string>>;
  /** Requests that were let in, and those that were not. */
  readonly counts: { let: number; refused: number };
}

export async function openTemporalDoor(behind: string, folder: string, apiKey: string): Promise<TemporalDoor> {
  const made = await makeCertificates(folder);
  const [key, cert, ca] = await Promise.all([made.serverKey, made.serverCert, made.ca].map((file) => readFile(file)));
  const server = connect(`http://${behind}`);
  // A server that stops is met by the requests under way.
  server.on("error", () => undefined);
  const counts = { let: 0, refused: 0 };
  const door = createSecureServer({ key: key!, cert: cert!, ca: ca!, requestCert: true, rejectUnauthorized: true });
  door.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on("error", () => undefined);
    if (headers.authorization !== `Bearer ${apiKey}`) {
      counts.refused++;
      const refusal = { ":status": 200, "content-type": "application/grpc", "grpc-status": UNAUTHENTICATED, "grpc-message": "no such key" };
      return stream.respond(refusal, { endStream: true });
    }
    counts.let++;
    const { ":authority": _name, authorization: _key, ":scheme": _tls, ...asked } = headers;
    const onward = server.request(asked);
    let trailers: IncomingHttpHeaders = {};
    onward.on("error", () => stream.close());
    onward.on("response", (answer, flags) => {
      // Both sides of HTTP/2 name what follows: a status alone, or a body with trailers.
      if ((flags & 1) === 1) stream.respond(answer, { endStream: true });
      else stream.respond(answer, { waitForTrailers: true });
    });
    onward.on("trailers", (told) => (trailers = told));
    stream.on("wantTrailers", () => stream.sendTrailers(trailers));
    stream.on("close", () => onward.close());
    stream.pipe(onward).pipe(stream);
  });
  door.on("sessionError", () => undefined);
  door.listen(0, "127.0.0.1");
  await once(door, "listening");
  return {
    env: {
      TEMPORAL_ADDRESS: `127.0.0.1:${(door.address() as AddressInfo).port}`,
      TEMPORAL_API_KEY: apiKey,
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: made.ca,
      TEMPORAL_TLS_SERVER_NAME: NAME,
      TEMPORAL_TLS_CLIENT_CERT_PATH: made.clientCert,
      TEMPORAL_TLS_CLIENT_KEY_PATH: made.clientKey,
    },
    counts,
    async [Symbol.asyncDispose]() {
      server.destroy();
      door.close();
    },
  };
}

/** An authority, and what it signed for the server and for a client; good for a day. */
async function makeCertificates(folder: string): Promise<Record<"ca" | "serverKey" | "serverCert" | "clientKey" | "clientCert", string>> {
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): Promise<unknown> => promisify(execFile)("openssl", args, { cwd: folder });
  const ecKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
  await openssl("req", "-x509", ...ecKey, "-keyout", at("ca.key"), "-out", at("ca.pem"), "-subj", "/CN=gradus test authority");
  const signed = async (who: string, subject: string, names: readonly string[]): Promise<void> => {
    const extensions = names.flatMap((name) => ["-addext", `subjectAltName=DNS:${name}`]);
    await openssl("req", "-x509", ...ecKey, "-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-keyout", at(`${who}.key`), "-out", at(`${who}.pem`),
      "-subj", `/CN=${subject}`, "-addext", "basicConstraints=critical,CA:FALSE", ...extensions); // prettier-ignore
  };
  await signed("server", NAME, [NAME]);
  await signed("client", "gpu-1", []);
  return {
    ca: at("ca.pem"),
    serverKey: at("server.key"),
    serverCert: at("server.pem"),
    clientKey: at("client.key"),
    clientCert: at("client.pem"),
  };
}
