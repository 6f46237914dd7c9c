// Proves: what the variables of Temporal's own tools come to, and that a key never goes over the wire in the clear.
import { temporalAccess } from "@gradus/domain/temporal-access";
import { expect, test } from "vitest";

const read = (path: string): string => {
  if (path.endsWith("absent.pem")) throw new Error("no such file");
  return `bytes of ${path}`;
};
const of = (env: Record<string, string>) => temporalAccess({ TEMPORAL_ADDRESS: "temporal.example:7233", ...env }, read);

test("an address alone is a server in the clear, in the namespace default", () => {
  expect(of({})).toEqual({ address: "temporal.example:7233", namespace: "default" });
  expect(of({ TEMPORAL_NAMESPACE: "gradus", TEMPORAL_TLS: "", TEMPORAL_API_KEY: "" })).toEqual({
    address: "temporal.example:7233",
    namespace: "gradus",
  });
  expect(() => temporalAccess({}, read)).toThrow("TEMPORAL_ADDRESS is not set");
});

test("a key, an authority, a name or a certificate of our own mean TLS", () => {
  expect(of({ TEMPORAL_TLS: "true" })).toMatchObject({ tls: {} });
  expect(of({ TEMPORAL_API_KEY: "secret" })).toMatchObject({ apiKey: "secret", tls: {} });
  expect(
    of({
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: "/ca.pem",
      TEMPORAL_TLS_SERVER_NAME: "temporal",
      TEMPORAL_TLS_CLIENT_CERT_PATH: "/us.pem",
      TEMPORAL_TLS_CLIENT_KEY_PATH: "/us.key",
    }).tls,
  ).toEqual({
    serverRootCACertificate: "bytes of /ca.pem",
    serverNameOverride: "temporal",
    clientCertPair: { crt: "bytes of /us.pem", key: "bytes of /us.key" },
  });
});

test("what cannot be meant names its variable", () => {
  expect(() => of({ TEMPORAL_TLS: "false", TEMPORAL_API_KEY: "secret" })).toThrow(/^TEMPORAL_TLS: a key is not sent in the clear/);
  expect(() => of({ TEMPORAL_TLS: "maybe" })).toThrow("TEMPORAL_TLS: expected true or false, got maybe");
  expect(() => of({ TEMPORAL_TLS_CLIENT_CERT_PATH: "/us.pem" })).toThrow("TEMPORAL_TLS_CLIENT_KEY_PATH: set both, or neither");
  expect(() => of({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: "/absent.pem" })).toThrow("TEMPORAL_TLS_SERVER_CA_CERT_PATH: no such file");
});
