// Owns: servers somebody else runs, whose addresses came from the environment. Must not know: how to start any.
import { readFileSync } from "node:fs";
import { temporalAccess } from "@gradus/domain/temporal-access";
import postgres from "postgres";
import type { RunningServer, ServerExit } from "./guarded-process.ts";
import { waitForTemporal } from "./temporal-server.ts";
import { UnusableError } from "./unusable.ts";

/** Uses the Postgres at `databaseUrl`. @throws UnusableError when it does not answer */
export async function usePostgres(databaseUrl: string): Promise<RunningServer & { databaseUrl: string }> {
  const sql = postgres(databaseUrl, { max: 1, connect_timeout: 10, onnotice: () => undefined });
  try {
    await sql`select 1`;
  } catch (error) {
    throw new UnusableError({
      what: "The Postgres of DATABASE_URL does not answer",
      why: error instanceof Error ? error.message || String((error as { code?: string }).code) : String(error),
      whatToDo: "Check the URL and the server, or unset DATABASE_URL and Gradus runs a Postgres of its own",
      cause: error,
    });
  } finally {
    await sql.end({ timeout: 1 });
  }
  return { ...external(), databaseUrl };
}

/** Uses the Temporal that the environment names. @throws UnusableError when it does not answer for its namespace */
export async function useTemporal(env: NodeJS.ProcessEnv): Promise<RunningServer & { address: string; uiUrl: null }> {
  const address = env["TEMPORAL_ADDRESS"] ?? "";
  try {
    await waitForTemporal(
      temporalAccess(env, (path) => readFileSync(path)),
      10_000,
    );
  } catch (error) {
    throw new UnusableError({
      what: "The Temporal of TEMPORAL_ADDRESS does not answer",
      why: `${address}: ${error instanceof Error ? error.message : String(error)}`,
      whatToDo: "Check the address and the server, or unset TEMPORAL_ADDRESS and Gradus runs a Temporal of its own",
      cause: error,
    });
  }
  return { ...external(), address, uiUrl: null };
}

/** A server that only seems to end, when we stop using it. */
function external(): RunningServer {
  const { promise, resolve } = Promise.withResolvers<ServerExit>();
  return { pid: null, exited: promise, stop: async () => resolve({ code: 0, signal: null, lastWords: "" }) };
}
