// Owns: one synthesis in the list; while it is under way, how far it is. Must not know: other rows.
import { useEffect } from "react";
import { Link } from "wouter";
import { useAnswer } from "../../api/use-answer.ts";
import { usePoll } from "../../api/use-poll.ts";
import { Instant } from "../../components/instant.tsx";
import { ProgressBar } from "../../components/progress-bar.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { formatCount, formatValue } from "../../format/number.ts";
import type { SynthesesQuery } from "../../generated/graphql.ts";
import { SYNTHESIS_PROGRESS } from "./synthesis-query.ts";
import { ENDED, teacherOf, turnsInAll } from "./synthesis-words.ts";

interface SynthesisRowProps {
  readonly synthesis: SynthesesQuery["syntheses"]["nodes"][number];
  readonly onEnded: () => void;
}

export function SynthesisRow({ synthesis, onEnded }: SynthesisRowProps) {
  const { id, name, cause, specification, createdAt, problemSet } = synthesis;
  const hadEnded = ENDED.has(synthesis.status);
  const { data, error, reload } = useAnswer(SYNTHESIS_PROGRESS, hadEnded ? null : { id });
  const progress = data?.synthesis;
  const status = hadEnded ? synthesis.status : (progress?.status ?? synthesis.status);
  const hasEnded = ENDED.has(status);
  usePoll(reload, data ?? error, !hasEnded);
  useEffect(() => {
    if (hasEnded && !hadEnded) onEnded();
  }, [hasEnded, hadEnded, onEnded]);
  const inAll = turnsInAll(specification);
  const { kept, seeds, perSeed, perTeacherCall } = progress?.multiTurnYield ?? synthesis.multiTurnYield;
  return (
    <tr data-synthesis={id}>
      <td style={{ minWidth: 140 }}>
        <Link href={`/synthesis/${encodeURIComponent(id)}`}>
          <strong>{name}</strong>
        </Link>
        <div className="small muted mono">{id}</div>
      </td>
      <td>
        <StatusBadge status={status} />
        {cause != null && <div className="small muted">{cause}</div>}
      </td>
      <td>
        {hasEnded || progress == null ? (
          <span className="muted">at most {formatCount(inAll)}</span>
        ) : (
          <ProgressBar label={`Turns of ${name}`} done={progress.turnCount} total={inAll} />
        )}
      </td>
      <td className="mono">{teacherOf(specification)}</td>
      <td className="number" data-value="kept">
        {hasEnded ? formatCount(kept) : <span className="muted">–</span>}
      </td>
      <td className="number" data-value="yield">
        {!hasEnded ? (
          <span className="muted">known at the end</span>
        ) : (
          <>
            <div>
              {formatValue(perSeed)} <span className="small muted">a seed of {formatCount(seeds)}</span>
            </div>
            <div>
              {formatValue(perTeacherCall)} <span className="small muted">a teacher call</span>
            </div>
          </>
        )}
      </td>
      <td>
        {problemSet == null ? (
          <span className="muted">–</span>
        ) : (
          <Link href={`/problems?set=${encodeURIComponent(problemSet.id)}`}>{problemSet.name}</Link>
        )}
      </td>
      <td className="muted" style={{ whiteSpace: "nowrap" }}>
        <Instant at={createdAt} />
      </td>
    </tr>
  );
}
