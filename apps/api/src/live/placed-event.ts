// Owns: an event together with the cursor it is emitted with. Must not know: sockets, SQL.
import type { StoredEvent, StoredExperimentEvent } from "@gradus/prisma/reading/event-reader";

export interface PlacedEvent extends StoredEvent {
  readonly cursor: string;
}

export interface PlacedExperimentEvent extends StoredExperimentEvent {
  readonly cursor: string;
}
