// Owns: from the pass rate of one turn to that of the next, as a matrix with numbers, shaded by the share of its row. Must not know: how pairs are made.
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { formatCount, formatValue } from "../../format/number.ts";
import { inWords, RATE_STATES } from "./synthesis-words.ts";
import type { Synthesis } from "./synthesis-words.ts";

interface TransitionPanelProps {
  readonly transitions: Synthesis["transitions"];
  readonly moved: Synthesis["moved"];
}

export function TransitionPanel({ transitions, moved }: TransitionPanelProps) {
  const countOf = (from: string, to: string): number => transitions.find((one) => one.from === from && one.to === to)?.count ?? 0;
  const pairs = transitions.reduce((sum, { count }) => sum + count, 0);
  return (
    <Panel title="From the pass rate of one turn to that of the next">
      {pairs === 0 ? (
        <EmptyState title="No seed has two turns yet." />
      ) : (
        <>
          <p className="small muted">
            Pairs of turns of a seed, {formatCount(pairs)} in all, and their share of the row. A good teacher moves weight from never and
            always to target.
          </p>
          <div className="bleed" tabIndex={0} role="group" aria-label="Transitions" style={{ marginBottom: 0 }}>
            <table className="heat">
              <thead>
                <tr>
                  <th scope="col">from ↓ to →</th>
                  {RATE_STATES.map((to) => (
                    <th key={to} scope="col" className="number">
                      {inWords(to)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {RATE_STATES.map((from) => {
                  const total = RATE_STATES.reduce((sum, to) => sum + countOf(from, to), 0);
                  return (
                    <tr key={from}>
                      <th scope="row">{inWords(from)}</th>
                      {RATE_STATES.map((to) => {
                        const count = countOf(from, to);
                        const share = total === 0 ? 0 : count / total;
                        return (
                          <td key={to} className="number" data-cell={`${from} ${to}`} style={{ "--heat": share } as object}>
                            <span data-value="count">{formatCount(count)}</span>
                            {count > 0 && <span className="small"> · {Math.round(100 * share)} %</span>}
                          </td>
                        );
                      })}
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
          <h3 style={{ marginTop: 16 }}>Moved as asked</h3>
          <div className="bleed" tabIndex={0} role="group" aria-label="Moved as asked">
            <table>
              <thead>
                <tr>
                  <th scope="col">Asked for</th>
                  <th scope="col" className="number">
                    pairs
                  </th>
                  <th scope="col" className="number">
                    as asked
                  </th>
                  <th scope="col" className="number">
                    unchanged
                  </th>
                  <th scope="col" className="number">
                    against
                  </th>
                  <th scope="col" className="number">
                    share as asked
                  </th>
                </tr>
              </thead>
              <tbody>
                {moved.map(({ request, pairs: asked, asAsked, unchanged, against, share }) => (
                  <tr key={request} data-moved={request}>
                    <th scope="row">{inWords(request)}</th>
                    {[asked, asAsked, unchanged, against].map((count, at) => (
                      <td key={at} className="number">
                        {formatCount(count)}
                      </td>
                    ))}
                    <td className="number">{formatValue(share)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <p className="small muted funnel-note">
            It flatters every teacher, since what measured high would mostly measure lower again: compare teachers with each other, not with
            a half.
          </p>
        </>
      )}
    </Panel>
  );
}
