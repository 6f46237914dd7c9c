// Owns: having a Temporal server program before any test needs one: a first build takes minutes, which no hook of a test should have to wait for.
// Must not know: the tests.
import { findTemporal } from "@gradus/cli/up/find-temporal";

/** Vitest's global setup of every project with real servers. */
export default async function prepareTemporal(): Promise<void> {
  if (process.env["TEMPORAL_ADDRESS"]) return;
  await findTemporal({ onProgress: (message) => console.log(message) });
}
