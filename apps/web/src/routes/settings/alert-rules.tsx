// Owns: the table of alert rules: muting one, ending one. Must not know: when a rule holds.
import { useState } from "react";
import { Link } from "wouter";
import { ask, messageOf } from "../../api/ask.ts";
import { useAnswer } from "../../api/use-answer.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Instant } from "../../components/instant.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { orderWithUndo } from "../../components/undo.tsx";
import type { AlertRulesQuery } from "../../generated/graphql.ts";
import { ALERT_RULES, DELETE_ALERT_RULE, MUTE_ALERT_RULE } from "./alert-rules-query.ts";
import { NewAlertRule } from "./new-alert-rule.tsx";

type Rule = AlertRulesQuery["alertRules"][number];
const MUTED_FOR_MS = 3_600_000;

export function AlertRules() {
  const { data, error, reload } = useAnswer(ALERT_RULES, {});
  const [going, setGoing] = useState<ReadonlySet<string>>(new Set());
  const [trouble, setTrouble] = useState<string | null>(null);
  const leave = (id: string): void => setGoing((before) => new Set([...before].filter((one) => one !== id)));
  const tell = async (order: () => Promise<{ readonly error?: { readonly message: string } | null }>): Promise<void> => {
    try {
      setTrouble((await order()).error?.message ?? null);
    } catch (failure) {
      // Tolerates an API that is away or refuses: the reader is told, and the rule stands.
      setTrouble(messageOf(failure));
    }
    reload();
  };
  const mute = ({ id }: Rule, until: string | null): void =>
    void tell(async () => (await ask(MUTE_ALERT_RULE, { id, until })).muteAlertRule);
  const end = ({ id, name }: Rule): void => {
    setGoing((before) => new Set(before).add(id));
    orderWithUndo(
      `The alert rule ${name} ends, and its open alerts with it`,
      () => void tell(async () => (await ask(DELETE_ALERT_RULE, { id })).deleteAlertRule).then(() => leave(id)),
      () => leave(id),
    );
  };
  const rules = data?.alertRules.filter(({ deletedAt }) => deletedAt == null);
  return (
    <Panel title="Alert rules" flush>
      {error && <Trouble error={error} onRetry={reload} />}
      {trouble !== null && (
        <p className="notice" data-tone="bad" role="alert">
          {trouble}
        </p>
      )}
      {data === undefined || rules === undefined ? (
        !error && <Skeleton lines={3} />
      ) : (
        <>
          <NewAlertRule projects={data.projects} onMade={reload} />
          {rules.length === 0 ? (
            <EmptyState
              title="Nothing watches yet."
              command={`npm run gradus -- alerts create "reward collapsed" --metric train/reward --side BELOW --threshold 0.05`}
            >
              A rule looks at every run of a project, or of an experiment, from when it is made. What it finds stands on the run&apos;s page
              and is told to a webhook.
            </EmptyState>
          ) : (
            <table>
              <thead>
                <tr>
                  <th scope="col">Rule</th>
                  <th scope="col">Opens on</th>
                  <th scope="col">Watches</th>
                  <th scope="col">Told to</th>
                  <th scope="col">Made</th>
                  <th scope="col">
                    <span className="hidden-visually">Mute or end it</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {rules.map((rule) => (
                  <RuleRow
                    key={rule.id}
                    rule={rule}
                    isGoing={going.has(rule.id)}
                    onMute={(until) => mute(rule, until)}
                    onEnd={() => end(rule)}
                  />
                ))}
              </tbody>
            </table>
          )}
        </>
      )}
    </Panel>
  );
}

interface RuleRowProps {
  readonly rule: Rule;
  readonly isGoing: boolean;
  readonly onMute: (until: string | null) => void;
  readonly onEnd: () => void;
}

function RuleRow({ rule, isGoing, onMute, onEnd }: RuleRowProps) {
  const { name, condition, projectId, experimentId, webhookUrl, mutedUntil, createdAt, createdBy } = rule;
  const isMuted = mutedUntil != null && Date.parse(mutedUntil) > Date.now();
  return (
    <tr data-rule-name={name}>
      <td>
        <strong>{name}</strong>
        {isMuted && (
          <div>
            <span className="badge" data-tone="warn" data-sign="❚❚">
              muted until <Instant at={mutedUntil} />
            </span>
          </div>
        )}
      </td>
      <td style={{ minWidth: 180 }} data-value="condition">
        {condition}
      </td>
      <td className="mono small">
        {experimentId == null ? (
          `every run of ${projectId}`
        ) : (
          <Link href={`/experiments/${encodeURIComponent(experimentId)}`}>{experimentId}</Link>
        )}
      </td>
      <td className="mono small">{webhookUrl ?? "the run's page"}</td>
      <td style={{ whiteSpace: "nowrap" }}>
        <Instant at={createdAt} />
        <div className="small muted">by {createdBy}</div>
      </td>
      <td>
        <span className="row" style={{ flexWrap: "nowrap" }}>
          {isMuted ? (
            <Button aria-label={`Unmute ${name}`} onClick={() => onMute(null)}>
              Unmute
            </Button>
          ) : (
            <Button
              aria-label={`Mute 1 h: ${name}`}
              title="Its alerts are recorded meanwhile and told to no webhook"
              onClick={() => onMute(new Date(Date.now() + MUTED_FOR_MS).toISOString())}
            >
              Mute 1 h
            </Button>
          )}
          <Button kind="danger" disabled={isGoing} aria-label={`End ${name}`} onClick={onEnd}>
            End
          </Button>
        </span>
      </td>
    </tr>
  );
}
