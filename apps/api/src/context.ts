// Owns: what every resolver is given. Must not know: transports.
import type { Database } from "@gradus/prisma/database";
import { readStoreEpoch } from "@gradus/prisma/reading/store-epoch";
import type { Logger } from "pino";
import { ANYBODY } from "./access/caller.ts";
import type { Caller } from "./access/caller.ts";
import type { DeletionSettings } from "./commands/shelve.ts";
import type { WebhookAddresses } from "./alerts/webhook-addresses.ts";
import type { EventWake } from "./live/event-wake.ts";
import type { CoalesceLimit } from "./live/placed-points.ts";
import type { SharedReads } from "./live/shared-reads.ts";
import { createLoaders } from "./loaders.ts";
import type { Loaders } from "./loaders.ts";
import { untraced } from "./live/trace-streams.ts";
import type { StreamOrigin, TraceStreams } from "./live/trace-streams.ts";
import type { RunControl } from "./run-control.ts";

/** What lives as long as the server. */
export interface ApiParts {
  readonly db: Database;
  readonly control: RunControl;
  readonly wake: EventWake;
  readonly share: SharedReads;
  readonly coalesce: CoalesceLimit;
  readonly log: Logger;
  /** Where webhooks may go. */
  readonly webhooks: WebhookAddresses;
  readonly deletion: DeletionSettings;
  /** Absent: operations over sockets and streams are not traced. */
  readonly streams?: TraceStreams;
}

export interface ApiContext extends ApiParts {
  /** Given to the client in `x-request-id` and written with every line of log about it. */
  readonly id: string;
  readonly caller: Caller;
  readonly load: Loaders;
  /** The store epoch as of this request. */
  readonly epoch: () => Promise<string>;
  readonly streams: TraceStreams;
  /** How it came, where that is over a socket or stream. */
  readonly origin: StreamOrigin | null;
}

export function createContext(
  parts: ApiParts,
  id: string = crypto.randomUUID(),
  caller: Caller = ANYBODY,
  origin: StreamOrigin | null = null,
): ApiContext {
  let epoch: Promise<string> | undefined;
  return {
    ...parts,
    id,
    caller,
    log: parts.log.child({ requestId: id }),
    load: createLoaders(parts.db),
    epoch: () => (epoch ??= readStoreEpoch(parts.db.sql)),
    streams: parts.streams ?? untraced,
    origin,
  };
}
