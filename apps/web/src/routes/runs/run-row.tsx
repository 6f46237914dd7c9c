// Owns: one run in the list. Must not know: other rows.
import { memo } from "react";
import { Link } from "wouter";
import { LineSample } from "../../components/arm-key.tsx";
import { armLook } from "../../arms/arm-look.ts";
import { Instant } from "../../components/instant.tsx";
import { ProgressBar } from "../../components/progress-bar.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { formatValue } from "../../format/number.ts";
import { lastOf, nameOf, tagsOf } from "./run-columns.ts";
import type { ListedRun } from "./run-columns.ts";

interface RunRowProps {
  readonly run: ListedRun;
  readonly metric: string;
  /** What its line looks like; null: it is not among those laid over one another. */
  readonly ordinal: number | null;
  readonly onToggle: (id: string) => void;
  /** A condition that a tag is. */
  readonly onTag: (condition: string) => void;
}

/** Made anew only where something of its own has changed: a hundred of them stand beside a chart that changes often. */
export const RunRow = memo(function RunRow({ run, metric, ordinal, onToggle, onTag }: RunRowProps) {
  const { id, status, stepsDone, totalSteps, experiment, arm, seed, createdAt, isExternal } = run;
  const value = lastOf(run, metric);
  return (
    <tr data-run={id}>
      <td style={{ whiteSpace: "nowrap", width: 1 }}>
        <label className="row" style={{ flexWrap: "nowrap", minHeight: 24 }}>
          <input
            type="checkbox"
            checked={ordinal !== null}
            onChange={() => onToggle(id)}
            aria-label={`Lay ${nameOf(run)} over the others`}
          />
          {ordinal !== null && <LineSample {...armLook(ordinal)} />}
        </label>
      </td>
      <td style={{ minWidth: 180 }}>
        <Link href={`/runs/${encodeURIComponent(id)}`} className="mono">
          {nameOf(run)}
        </Link>
        <div className="small muted">
          <Link href={`/experiments/${encodeURIComponent(experiment.id)}`}>{experiment.name}</Link> · {arm.name}, seed {seed}
          {isExternal && " · trained elsewhere"}
        </div>
      </td>
      <td>
        <StatusBadge status={status} />
      </td>
      <td className="wide-only">
        {totalSteps > 0 && <ProgressBar label={`Steps of ${nameOf(run)}`} done={stepsDone} total={totalSteps} />}
      </td>
      <td data-value="last">{value === undefined ? <span className="muted">–</span> : formatValue(value)}</td>
      <td>
        {tagsOf(run).map((tag) => {
          const [key = "", ...rest] = tag.split("=");
          return (
            <button
              key={tag}
              type="button"
              className="tag"
              title="Only runs with this tag"
              onClick={() => onTag(`tags.${/^[\w/.-]+$/.test(key) ? key : `"${key}"`} = '${rest.join("=")}'`)}
            >
              {tag}
            </button>
          );
        })}
      </td>
      <td className="muted wide-only" style={{ whiteSpace: "nowrap" }}>
        <Instant at={createdAt} />
      </td>
    </tr>
  );
});
