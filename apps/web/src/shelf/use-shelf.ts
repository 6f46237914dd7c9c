// Owns: where a run or an experiment stands, and moving it: archive and restore at once, deletion after the wait that can be undone.
// Must not know: how it is shown.
import { useState } from "react";
import { ask, messageOf } from "../api/ask.ts";
import { orderWithUndo } from "../components/undo.tsx";
import { ARCHIVE_EXPERIMENT, ARCHIVE_RUN, DELETE_EXPERIMENT, DELETE_RUN, RESTORE_EXPERIMENT, RESTORE_RUN } from "./shelf-query.ts";

export type Shelved = "run" | "experiment";

/** Instants; all null: it is in lists. */
export interface Place {
  readonly archivedAt?: string | null;
  readonly deletedAt?: string | null;
  readonly purgeAfter?: string | null;
}

interface Moved {
  readonly error?: { readonly message: string } | null;
  readonly place: Place | null | undefined;
}

type Move = "archive" | "restore" | "delete";

async function moved(kind: Shelved, move: Move, id: string): Promise<Moved> {
  if (kind === "run") {
    const done =
      move === "archive"
        ? (await ask(ARCHIVE_RUN, { id })).archiveRun
        : move === "restore"
          ? (await ask(RESTORE_RUN, { id })).restoreRun
          : (await ask(DELETE_RUN, { id })).deleteRun;
    return { error: done.error ?? null, place: done.run };
  }
  const done =
    move === "archive"
      ? (await ask(ARCHIVE_EXPERIMENT, { id })).archiveExperiment
      : move === "restore"
        ? (await ask(RESTORE_EXPERIMENT, { id })).restoreExperiment
        : (await ask(DELETE_EXPERIMENT, { id })).deleteExperiment;
  return { error: done.error ?? null, place: done.experiment };
}

export function useShelf(kind: Shelved, id: string, answered: Place) {
  const [known, setKnown] = useState<Place | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const carryOut = async (move: Move): Promise<void> => {
    setBusy(true);
    try {
      const { error, place } = await moved(kind, move, id);
      setTrouble(error?.message ?? null);
      if (place != null) setKnown(place);
    } catch (error) {
      // Tolerates an API that is away or refuses: the reader is told, and may try again.
      setTrouble(messageOf(error));
    }
    setBusy(false);
  };
  const remove = (): void => {
    setBusy(true);
    orderWithUndo(
      `The ${kind} ${id} is deleted`,
      () => void carryOut("delete"),
      () => setBusy(false),
    );
  };
  const place = known ?? answered;
  return {
    kind,
    place,
    /** What is archived or deleted is to be read, not to be steered. */
    isAway: place.archivedAt != null || place.deletedAt != null,
    trouble,
    isBusy,
    archive: () => void carryOut("archive"),
    restore: () => void carryOut("restore"),
    remove,
  };
}

export type Shelving = ReturnType<typeof useShelf>;
