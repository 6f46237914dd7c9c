// Owns: what models were asked and what it cost. Must not know: for which turns.
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { formatCount, formatValue } from "../../format/number.ts";
import { formatDuration } from "../../format/time.ts";
import { inWords } from "./synthesis-words.ts";
import type { Synthesis } from "./synthesis-words.ts";

const COLUMNS = ["calls", "cached", "failed", "requests", "prompt tokens", "reply tokens", "of them reasoning"];

export function UsagePanel({ usage }: { readonly usage: Synthesis["usage"] }) {
  return (
    <Panel title="Calls, tokens and cost" flush>
      {usage.length === 0 ? (
        <EmptyState title="No model was asked yet." />
      ) : (
        <>
          <table>
            <thead>
              <tr>
                <th scope="col">Role</th>
                <th scope="col">Model</th>
                {[...COLUMNS, "all calls took", "cost"].map((name) => (
                  <th key={name} scope="col" className="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {usage.map(
                ({ role, model, calls, cached, failed, requests, promptTokens, completionTokens, reasoningTokens, cost, seconds }) => (
                  <tr key={`${role} ${model}`} data-usage={`${role} ${model ?? ""}`.trim()}>
                    <td>{inWords(role)}</td>
                    <td className="mono">{model ?? "no reply"}</td>
                    {[calls, cached, failed, requests, promptTokens, completionTokens, reasoningTokens].map((count, at) => (
                      <td key={at} className="number" data-value={COLUMNS[at]}>
                        {formatCount(Number(count))}
                      </td>
                    ))}
                    <td className="number">{formatDuration(1_000 * seconds)}</td>
                    <td className="number" data-value="cost">
                      {formatValue(cost)}
                    </td>
                  </tr>
                ),
              )}
            </tbody>
          </table>
          <p className="small muted" style={{ padding: "12px 16px" }}>
            Cost at the prices of the file, in its currency. For cached replies nothing was paid, and no token of theirs is counted.
          </p>
        </>
      )}
    </Panel>
  );
}
