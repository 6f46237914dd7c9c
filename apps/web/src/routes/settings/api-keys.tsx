// Owns: the table of API keys, and ending one. Must not know: how keys are checked.
import { useState } from "react";
import { ask, messageOf } from "../../api/ask.ts";
import { useAnswer } from "../../api/use-answer.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Instant } from "../../components/instant.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { orderWithUndo } from "../../components/undo.tsx";
import type { ApiKeysQuery } from "../../generated/graphql.ts";
import { NewKey } from "./new-key.tsx";
import { API_KEYS, REVOKE_API_KEY } from "./settings-query.ts";

type ApiKey = ApiKeysQuery["apiKeys"][number];

/** Null: it opens what it is for. */
function endOf({ revokedAt, expiresAt }: ApiKey): string | null {
  if (revokedAt != null) return "revoked";
  return expiresAt != null && Date.parse(expiresAt) <= Date.now() ? "expired" : null;
}

export function ApiKeys() {
  const { data, error, reload } = useAnswer(API_KEYS, {});
  const [going, setGoing] = useState<ReadonlySet<string>>(new Set());
  const [trouble, setTrouble] = useState<string | null>(null);
  const leave = (id: string): void => setGoing((before) => new Set([...before].filter((one) => one !== id)));
  const revoke = async (id: string): Promise<void> => {
    try {
      const { revokeApiKey } = await ask(REVOKE_API_KEY, { id });
      setTrouble(revokeApiKey.error?.message ?? null);
    } catch (failure) {
      // Tolerates an API that is away or refuses: the reader is told, and the key stands.
      setTrouble(messageOf(failure));
    }
    leave(id);
    reload();
  };
  const order = ({ id, name }: ApiKey): void => {
    setGoing((before) => new Set(before).add(id));
    orderWithUndo(
      `The key ${name} ends`,
      () => void revoke(id),
      () => leave(id),
    );
  };
  if (error?.code === "FORBIDDEN")
    return (
      <Panel title="API keys">
        <p className="muted">To see and make keys takes a key with the scope ADMIN.</p>
      </Panel>
    );
  const live = data?.apiKeys.filter((key) => endOf(key) === null).length ?? 0;
  return (
    <Panel title={live > 0 ? `API keys, ${live} in use` : "API keys"} flush>
      {error && <Trouble error={error} onRetry={reload} />}
      {trouble !== null && (
        <p className="notice" data-tone="bad" role="alert">
          {trouble}
        </p>
      )}
      {data === undefined ? (
        !error && <Skeleton lines={3} />
      ) : (
        <>
          <NewKey projects={data.projects} onMade={reload} />
          {data.apiKeys.length === 0 ? (
            <EmptyState title="No API key yet." command="npm run gradus -- keys create laptop --scope WRITE --days 90">
              On loopback nobody needs one. Beyond it every request carries a key: a browser asks its reader for it, any name and the key as
              password.
            </EmptyState>
          ) : (
            <table>
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">For</th>
                  <th scope="col">Project</th>
                  <th scope="col">Made</th>
                  <th scope="col">Last used</th>
                  <th scope="col">Ends</th>
                  <th scope="col">
                    <span className="hidden-visually">End it</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {data.apiKeys.map((key) => (
                  <KeyRow key={key.id} apiKey={key} isGoing={going.has(key.id)} onRevoke={() => order(key)} />
                ))}
              </tbody>
            </table>
          )}
          <p className="small muted" style={{ padding: "12px 16px" }}>
            A key&apos;s text is shown once, when it is made; only its hash is kept.
          </p>
        </>
      )}
    </Panel>
  );
}

interface KeyRowProps {
  readonly apiKey: ApiKey;
  readonly isGoing: boolean;
  readonly onRevoke: () => void;
}

function KeyRow({ apiKey, isGoing, onRevoke }: KeyRowProps) {
  const { name, scope, projectId, createdAt, createdBy, lastUsedAt, expiresAt, revokedAt } = apiKey;
  const ended = endOf(apiKey);
  return (
    <tr className={ended === null ? undefined : "muted"} data-key-name={name}>
      <td>
        <strong>{name}</strong>
      </td>
      <td>{scope.toLowerCase()}</td>
      <td>{projectId ?? "every project"}</td>
      <td>
        <Instant at={createdAt} /> <span className="small muted">by {createdBy}</span>
      </td>
      <td>{lastUsedAt == null ? "never" : <Instant at={lastUsedAt} />}</td>
      <td>
        {ended !== null && `${ended} `}
        {revokedAt != null ? <Instant at={revokedAt} /> : expiresAt != null ? <Instant at={expiresAt} /> : "never"}
      </td>
      <td className="number">
        {ended === null && (
          <Button kind="danger" disabled={isGoing} onClick={onRevoke} aria-label={`Revoke ${name}`}>
            {isGoing ? "Ending…" : "Revoke"}
          </Button>
        )}
      </td>
    </tr>
  );
}
