// Owns: how a process of ours reaches Temporal, out of the variables that Temporal's own tools read (docs.temporal.io/develop/environment-configuration).
// Must not know: sockets, files.
import { ConfigurationError } from "./failure.ts";

/** As the client and the worker library take it. `Bytes`: of a PEM file. */
export interface TemporalAccess<Bytes> {
  readonly address: string;
  readonly namespace: string;
  /** Absent: in the clear. */
  readonly tls?: TemporalTls<Bytes>;
  /** Sent with every request. */
  readonly apiKey?: string;
}

export interface TemporalTls<Bytes> {
  /** Instead of the system's authorities. */
  readonly serverRootCACertificate?: Bytes;
  /** The name that the server's certificate has, where it is reached by another one. */
  readonly serverNameOverride?: string;
  /** Who we are, where the server asks for it. */
  readonly clientCertPair?: { readonly crt: Bytes; readonly key: Bytes };
}

/** @throws ConfigurationError naming the variable that is absent or wrong */
export function temporalAccess<Bytes>(
  env: Readonly<Record<string, string | undefined>>,
  read: (path: string) => Bytes,
): TemporalAccess<Bytes> {
  const address = env["TEMPORAL_ADDRESS"] || fail("TEMPORAL_ADDRESS is not set; 'gradus up' sets it for the programs it starts");
  const bytesOf = (name: string): Bytes | undefined => {
    const path = env[name];
    if (!path) return undefined;
    try {
      return read(path);
    } catch (error) {
      // Said by the variable that names the file.
      return fail(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const ca = bytesOf("TEMPORAL_TLS_SERVER_CA_CERT_PATH");
  const crt = bytesOf("TEMPORAL_TLS_CLIENT_CERT_PATH");
  const key = bytesOf("TEMPORAL_TLS_CLIENT_KEY_PATH");
  if ((crt === undefined) !== (key === undefined))
    fail("TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH: set both, or neither");
  const apiKey = env["TEMPORAL_API_KEY"] || undefined;
  const name = env["TEMPORAL_TLS_SERVER_NAME"] || undefined;
  const told = env["TEMPORAL_TLS"] || undefined;
  if (told !== undefined && !["1", "0", "true", "false"].includes(told)) fail(`TEMPORAL_TLS: expected true or false, got ${told}`);
  const isRefused = told === "0" || told === "false";
  const isImplied = ca !== undefined || crt !== undefined || apiKey !== undefined || name !== undefined;
  if (isRefused && apiKey !== undefined) fail("TEMPORAL_TLS: a key is not sent in the clear; leave the variable out, or set it to true");
  const isTls = !isRefused && (told !== undefined || isImplied);
  return {
    address,
    namespace: env["TEMPORAL_NAMESPACE"] || "default",
    ...(apiKey !== undefined && { apiKey }),
    ...(isTls && {
      tls: {
        ...(ca !== undefined && { serverRootCACertificate: ca }),
        ...(name !== undefined && { serverNameOverride: name }),
        ...(crt !== undefined && key !== undefined && { clientCertPair: { crt, key } }),
      },
    }),
  };
}

function fail(message: string): never {
  throw new ConfigurationError(message);
}
