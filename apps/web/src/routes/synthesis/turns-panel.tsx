// Owns: the turns, page by page: request, what became of it, its call; one opens to its texts and attempts. Must not know: what is in an opened turn.
import { useEffect, useState } from "react";
import { Link } from "wouter";
import { useAnswer } from "../../api/use-answer.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { formatCount, formatValue } from "../../format/number.ts";
import { formatDuration } from "../../format/time.ts";
import type { SynthesisTurnsQuery, TurnRejection } from "../../generated/graphql.ts";
import { useUrlState } from "../../url/use-url-state.ts";
import { SYNTHESIS_TURNS } from "./synthesis-query.ts";
import { inWords } from "./synthesis-words.ts";
import type { Synthesis } from "./synthesis-words.ts";
import { TurnDetail } from "./turn-detail.tsx";

type Turn = NonNullable<SynthesisTurnsQuery["synthesis"]>["turns"]["nodes"][number];

interface TurnsPanelProps {
  readonly id: string;
  /** How many turns a seed has so far. */
  readonly turns: number;
  readonly rejections: Synthesis["rejections"];
  /** Another one: the turns are not what they were. */
  readonly version: string;
}

export function TurnsPanel({ id, turns, rejections, version }: TurnsPanelProps) {
  const [turn, setTurn] = useUrlState("turn");
  const [outcome, setOutcome] = useUrlState("outcome");
  const [rejection, setRejection] = useUrlState("rejection");
  const [after, setAfter] = useUrlState("after");
  const filter = {
    turn: turn === "" ? null : Number(turn),
    kept: outcome === "" ? null : outcome === "kept",
    rejection: rejection === "" ? null : (rejection as TurnRejection),
  };
  const { data, error, reload } = useAnswer(SYNTHESIS_TURNS, { id, filter, after: after === "" ? null : after });
  const [asked, setAsked] = useState(version);
  useEffect(() => {
    if (asked === version) return;
    setAsked(version);
    reload();
  }, [asked, version, reload]);
  const page = data?.synthesis?.turns;
  // Another filter begins on its first page.
  const choose =
    (set: (value: string) => void) =>
    (value: string): void => {
      set(value);
      setAfter("", { replace: true });
    };
  return (
    <Panel
      title="Turns"
      flush
      aside={
        <div className="row no-print">
          <Choice label="Turn" value={turn} onChoose={choose(setTurn)} options={Array.from({ length: turns }, (_, at) => String(at + 1))} />
          <Choice label="Outcome" value={outcome} onChoose={choose(setOutcome)} options={["kept", "refused"]} />
          <Choice
            label="Refused for"
            value={rejection}
            onChoose={choose(setRejection)}
            options={[...new Set([...rejections.map((one) => one.rejection), ...(rejection === "" ? [] : [rejection])])]}
          />
        </div>
      }
    >
      {error && <Trouble error={error} onRetry={reload} />}
      {page === undefined ? (
        !error && <Skeleton lines={6} />
      ) : page.nodes.length === 0 ? (
        <EmptyState title="No turn is like this." />
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Seed, turn</th>
              <th scope="col">Asked for</th>
              <th scope="col">What became of it</th>
              <th scope="col" className="number">
                Passed
              </th>
              <th scope="col">Teacher call</th>
              <th scope="col" className="number">
                Tokens in, out
              </th>
              <th scope="col" className="number">
                Cost
              </th>
            </tr>
          </thead>
          <tbody>
            {page.nodes.map((one) => (
              <TurnRows key={one.id} id={id} turn={one} />
            ))}
          </tbody>
        </table>
      )}
      {(after !== "" || page?.pageInfo.hasNextPage === true) && (
        <div className="row no-print" style={{ padding: 12 }}>
          <Button disabled={after === ""} onClick={() => setAfter("")}>
            ⇤ The first
          </Button>
          <Button disabled={page?.pageInfo.hasNextPage !== true} onClick={() => setAfter(String(page?.pageInfo.endCursor ?? ""))}>
            Next →
          </Button>
        </div>
      )}
    </Panel>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly onChoose: (value: string) => void;
}

const Choice = ({ label, value, options, onChoose }: ChoiceProps) => (
  <label className="row small muted">
    {label}
    <select value={value} onChange={({ target }) => onChoose(target.value)}>
      <option value="">any</option>
      {options.map((option) => (
        <option key={option} value={option}>
          {inWords(option)}
        </option>
      ))}
    </select>
  </label>
);

function TurnRows({
  id,
  turn: { seed, turn, request, aim, rejection, detail, passes, attempts, problem, call },
}: {
  readonly id: string;
  readonly turn: Turn;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <tr data-turn={`${seed}/${turn}`}>
        <td style={{ whiteSpace: "nowrap" }}>
          <button type="button" className="sort" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            <span aria-hidden="true">{isOpen ? "▾" : "▸"}</span> {seed}, {turn}
          </button>
        </td>
        <td>
          {inWords(request)}
          <div className="small muted">aim {inWords(aim)}</div>
        </td>
        <td style={{ minWidth: 200 }}>
          {rejection != null ? (
            <span className="badge" data-tone="bad" data-sign="✕">
              {inWords(rejection)}
            </span>
          ) : attempts == null ? (
            <span className="muted">under way</span>
          ) : (
            <span className="badge" data-tone="good" data-sign="✓">
              nothing against it
            </span>
          )}
          {detail != null && <div className="small muted">{detail}</div>}
          {problem != null && (
            <div className="small">
              <Link href={`/problems/${encodeURIComponent(problem.id)}`}>Its problem</Link>
            </div>
          )}
        </td>
        <td className="number" data-value="passes">
          {attempts == null ? "–" : `${passes ?? 0} of ${attempts}`}
        </td>
        <td>
          <span className="mono">{call?.model ?? "–"}</span>
          {call != null && (
            <div className="small muted">
              {call.cached ? "was stored" : `${formatCount(call.tries)} sent, ${formatDuration(1_000 * call.seconds)}`}
            </div>
          )}
        </td>
        <td className="number">
          {call?.promptTokens == null ? "–" : formatCount(call.promptTokens)},{" "}
          {call?.completionTokens == null ? "–" : formatCount(call.completionTokens)}
        </td>
        <td className="number">{formatValue(call?.cost)}</td>
      </tr>
      {isOpen && (
        <tr>
          <td colSpan={7}>
            <TurnDetail id={id} seed={seed} turn={turn} />
          </td>
        </tr>
      )}
    </>
  );
}
