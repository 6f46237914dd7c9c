// Owns: one turn opened: the seed, what was sent, the reply, and every attempt. Must not know: the table around it.
import { Link } from "wouter";
import { useAnswer } from "../../api/use-answer.ts";
import { Skeleton } from "../../components/skeleton.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { formatValue, plural } from "../../format/number.ts";
import { SYNTHESIS_TURN } from "./synthesis-query.ts";
import { inWords } from "./synthesis-words.ts";

interface TurnDetailProps {
  readonly id: string;
  readonly seed: number;
  readonly turn: number;
}

export function TurnDetail({ id, seed, turn }: TurnDetailProps) {
  const { data, error, reload } = useAnswer(SYNTHESIS_TURN, { id, seed, turn });
  if (error) return <Trouble error={error} onRetry={reload} />;
  if (data === undefined) return <Skeleton lines={4} />;
  const [found] = data.synthesis?.turns.nodes ?? [];
  if (found === undefined) return <p className="muted">This turn is gone.</p>;
  const { from, call, group, duplicateOf } = found;
  return (
    <div className="stack turn-detail" style={{ gap: 8 }}>
      <p className="small muted">
        Began with {from.place}, {inWords(from.environment)}
        {duplicateOf != null && `; repeats the turn ${duplicateOf}`}
        {call?.failure != null && `; no reply: ${call.failure}`}
        {call?.finishReason != null && `; the reply ended by ${call.finishReason}`}
      </p>
      {from.text !== "" && <Text title="Seed" text={from.text} />}
      {call?.request != null && <Text title="What was sent" text={JSON.stringify(call.request, null, 2)} />}
      {call?.reasoning != null && call.reasoning !== "" && <Text title="Reasoning" text={call.reasoning} />}
      {call?.reply != null && <Text title="Reply" text={call.reply} />}
      {group == null ? (
        <p className="small muted">Nobody attempted it.</p>
      ) : (
        <details open>
          <summary>{plural(group.rollouts.length, "attempt")}</summary>
          <ul className="group-rollouts">
            {group.rollouts.map(({ id: rolloutId, index, verdict, reward }) => (
              <li key={rolloutId} data-attempt={index}>
                <Link href={`/rollouts/${encodeURIComponent(rolloutId)}`}>
                  #{index} {verdict != null && <StatusBadge status={verdict} />} {reward != null && formatValue(reward)}
                </Link>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

const Text = ({ title, text }: { readonly title: string; readonly text: string }) => (
  <details>
    <summary>{title}</summary>
    <pre tabIndex={0}>{text}</pre>
  </details>
);
