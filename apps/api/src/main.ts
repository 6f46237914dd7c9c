// Owns: the API as a process: its environment, its one line of readiness on stdout, its end. Must not know: GraphQL.
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { temporalAccess } from "@gradus/domain/temporal-access";
import { tracesAreAsked } from "@gradus/domain/span-telling";
import { openDatabase } from "@gradus/prisma/database";
import { openBlobStore } from "@gradus/prisma/open-blob-store";
import { destination, pino } from "pino";
import { readWebhookAddresses } from "./alerts/webhook-addresses.ts";
import { readListedOperations } from "./access/listed-operations.ts";
import { createApi } from "./api.ts";
import { readEnvironment } from "./environment.ts";
import { temporalControl } from "./temporal-control.ts";

// Points of a chart lie outside the heap. Counted against a limit of their own, they had the whole heap collected at nearly every chart (docs/log.md).
setFlagsFromString("--external-memory-accounted-in-global-limit");
const environment = readEnvironment(process.env);
// stdout says one thing only: that the API is ready, and where.
const log = pino({ level: environment.GRADUS_LOG_LEVEL, base: { part: "api" } }, destination(2));
// Loaded only where it is asked for: without it the process is as it was.
const tracing = tracesAreAsked(process.env) ? (await import("./tracing.ts")).startTracing() : null;
const db = openDatabase(environment.DATABASE_URL, { max: 12, trace: tracing?.statements });
const temporal = temporalAccess({ ...process.env, TEMPORAL_ADDRESS: environment.TEMPORAL_ADDRESS }, (path) => readFileSync(path));
const control = temporalControl(temporal, tracing === null ? [] : [tracing.workflows]);

const api = await createApi({
  db,
  control,
  blobs: openBlobStore(environment.GRADUS_BLOBS, process.env),
  ...(environment.GRADUS_NODE_KEY === undefined ? {} : { nodeKey: environment.GRADUS_NODE_KEY }),
  ...(environment.GRADUS_ADMIN_KEY === undefined ? {} : { adminKey: environment.GRADUS_ADMIN_KEY }),
  requireKeys: environment.GRADUS_REQUIRE_KEY === "1",
  ...(environment.GRADUS_REQUESTS_PER_MINUTE === undefined ? {} : { requestsPerMinute: environment.GRADUS_REQUESTS_PER_MINUTE }),
  introspection: environment.GRADUS_INTROSPECTION !== "0",
  ...(environment.GRADUS_OPERATIONS === undefined ? {} : { listed: readListedOperations(environment.GRADUS_OPERATIONS) }),
  maxSockets: environment.GRADUS_MAX_SOCKETS,
  log,
  ...(tracing === null ? {} : { tracing }),
  host: environment.GRADUS_HOST,
  port: environment.GRADUS_PORT,
  allowedHosts: environment.GRADUS_ALLOWED_HOSTS.split(",").filter((host) => host !== ""),
  web: environment.GRADUS_WEB,
  compactEveryMs: 10_000,
  deletion: { keepMs: environment.GRADUS_KEEP_DELETED_DAYS * 86_400_000, everyMs: 60_000 },
  alerts: { everyMs: 2_000, webhooks: readWebhookAddresses(environment.GRADUS_WEBHOOKS) },
});
process.stdout.write(`${JSON.stringify({ ready: true, url: api.url })}\n`);

let ending = false;
async function end(why: string): Promise<void> {
  if (ending) return;
  ending = true;
  log.info({ why }, "ending");
  // What hangs must not keep the process: everything that matters is committed.
  setTimeout(() => process.exit(1), 10_000).unref();
  await api.close();
  await Promise.all([db.close(), control.close()]);
  // Tolerates a collector that is away: no work hangs on a span.
  await tracing?.close().catch((error: unknown) => log.warn({ err: error }, "the last spans are lost"));
  process.exit(0);
}

process.once("SIGTERM", () => void end("SIGTERM"));
process.once("SIGINT", () => void end("SIGINT"));
