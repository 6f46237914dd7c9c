// Owns: archiving, deleting and restoring a run or an experiment, and the words where it is in no list. Must not know: what else its page shows.
import { Button } from "../components/button.tsx";
import { Instant } from "../components/instant.tsx";
import type { Shelving } from "./use-shelf.ts";

export function ShelfControls({ shelf }: { readonly shelf: Shelving }) {
  const { kind, place, trouble, isBusy, archive, restore, remove } = shelf;
  const { archivedAt, deletedAt, purgeAfter } = place;
  return (
    <div className="row no-print" data-shelf={deletedAt != null ? "DELETED" : archivedAt != null ? "ARCHIVED" : "ACTIVE"}>
      {deletedAt != null ? (
        <span className="notice">
          Deleted.{" "}
          {purgeAfter != null && (
            <>
              Until <Instant at={purgeAfter} /> it can be restored.
            </>
          )}
        </span>
      ) : archivedAt != null ? (
        <span className="notice">
          Archived <Instant at={archivedAt} />: in no list.
        </span>
      ) : null}
      {archivedAt != null || deletedAt != null ? (
        <Button disabled={isBusy} onClick={restore}>
          Restore
        </Button>
      ) : (
        <Button disabled={isBusy} title={`Takes this ${kind} out of lists; it stays readable`} onClick={archive}>
          Archive
        </Button>
      )}
      {deletedAt == null && (
        <Button kind="danger" disabled={isBusy} onClick={remove}>
          Delete
        </Button>
      )}
      {trouble !== null && (
        <p className="notice" data-tone="bad" role="alert">
          {trouble}
        </p>
      )}
    </div>
  );
}
