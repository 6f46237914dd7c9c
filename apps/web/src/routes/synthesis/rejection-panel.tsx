// Owns: why turns' problems are in no set, the most frequent reason first. Must not know: the turns.
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { formatCount } from "../../format/number.ts";
import { useUrlState } from "../../url/use-url-state.ts";
import { inWords } from "./synthesis-words.ts";
import type { Synthesis } from "./synthesis-words.ts";

interface RejectionPanelProps {
  readonly rejections: Synthesis["rejections"];
  readonly turnCount: number;
}

export function RejectionPanel({ rejections, turnCount }: RejectionPanelProps) {
  const [, setRejection] = useUrlState("rejection");
  const most = Math.max(1, ...rejections.map(({ count }) => count));
  return (
    <Panel title="Rejections by reason">
      {rejections.length === 0 ? (
        <EmptyState title="No turn was refused." />
      ) : (
        <ul className="bars">
          {rejections.map(({ rejection, count }) => (
            <li key={rejection} className="bar-row wide" data-rejection={rejection}>
              <button type="button" className="sort" title="Only these turns, below" onClick={() => setRejection(rejection)}>
                {inWords(rejection)}
              </button>
              <span className="bar" aria-hidden="true">
                <span style={{ width: `${(100 * count) / most}%` }} />
              </span>
              <span className="number">
                <span data-value="count">{formatCount(count)}</span>
                <span className="muted"> of {formatCount(turnCount)}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
