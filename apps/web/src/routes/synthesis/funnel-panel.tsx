// Owns: turn by turn, how many replies came how far: bars with their numbers, and the same numbers as a table. Must not know: how they are counted.
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { formatCount, formatValue } from "../../format/number.ts";
import { inWords } from "./synthesis-words.ts";
import type { Synthesis } from "./synthesis-words.ts";

interface FunnelPanelProps {
  readonly funnel: Synthesis["funnel"];
  readonly isComplete: boolean;
}

export function FunnelPanel({ funnel, isComplete }: FunnelPanelProps) {
  const most = Math.max(1, ...funnel.flatMap(({ counts }) => counts.map(({ count }) => count)));
  // Of repeats nothing is known before it completes.
  const isKnown = (stage: string): boolean => isComplete || stage !== "UNIQUE";
  const stages = funnel[0]?.counts.map(({ stage }) => stage) ?? [];
  return (
    <Panel title="Funnel by turn">
      {funnel.length === 0 ? (
        <EmptyState title="No turn yet." />
      ) : (
        <>
          <div className="funnel" aria-hidden="true">
            {funnel.map(({ turn, counts }) => (
              <div key={turn}>
                <h3>Turn {turn}</h3>
                {counts.map(({ stage, count }) => (
                  <div key={stage} className="bar-row">
                    <span>{inWords(stage)}</span>
                    <span className="bar">
                      <span style={{ width: isKnown(stage) ? `${(100 * count) / most}%` : 0 }} />
                    </span>
                    <span className="number">{isKnown(stage) ? formatCount(count) : "–"}</span>
                  </div>
                ))}
              </div>
            ))}
          </div>
          <div className="bleed" tabIndex={0} role="group" aria-label="Funnel in numbers">
            <table>
              <thead>
                <tr>
                  <th scope="col">Turn</th>
                  {stages.map((stage) => (
                    <th key={stage} scope="col" className="number">
                      {inWords(stage)}
                    </th>
                  ))}
                  <th scope="col" className="number">
                    measured
                  </th>
                  <th scope="col" className="number">
                    in target
                  </th>
                  <th scope="col" className="number">
                    share in target
                  </th>
                </tr>
              </thead>
              <tbody>
                {funnel.map(({ turn, counts, measured, inTarget, targetHitRate }) => (
                  <tr key={turn} data-funnel-turn={turn}>
                    <th scope="row" style={{ color: "var(--ink)", fontSize: "inherit" }}>
                      {turn}
                    </th>
                    {counts.map(({ stage, count }) => (
                      <td key={stage} className="number" data-stage={stage}>
                        {isKnown(stage) ? formatCount(count) : "–"}
                      </td>
                    ))}
                    <td className="number">{formatCount(measured)}</td>
                    <td className="number">{formatCount(inTarget)}</td>
                    <td className="number">{formatValue(targetHitRate)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {!isComplete && <p className="small muted funnel-note">Which problems are unique is known when it completes.</p>}
        </>
      )}
    </Panel>
  );
}
