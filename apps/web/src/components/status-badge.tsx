// Owns: a state in a word, with a sign and a tone so that colour is never alone. Must not know: what is in that state.

const LOOKS: Readonly<Record<string, readonly [tone: string, sign: string]>> = {
  RUNNING: ["run", "▶"],
  PREPARING: ["run", "◌"],
  STARTED: ["run", "▶"],
  COMPLETED: ["good", "✓"],
  EXECUTED: ["idle", "●"],
  OK: ["good", "✓"],
  PAUSED: ["warn", "❚❚"],
  LOST: ["warn", "?"],
  SANDBOX_ERROR: ["warn", "!"],
  TIMEOUT: ["warn", "◷"],
  MEMORY: ["warn", "▣"],
  OUTPUT_LIMIT: ["warn", "≡"],
  FAILED: ["bad", "✕"],
  WRONG: ["bad", "✕"],
  RUNTIME: ["bad", "!"],
  SYNTAX: ["bad", "✕"],
  CANCELLED: ["idle", "⊘"],
  QUEUED: ["idle", "…"],
  NOT_RUN: ["idle", "–"],
  NO_ANSWER: ["idle", "∅"],
};

/** `status` as the API writes it. */
export function StatusBadge({ status }: { readonly status: string }) {
  const [tone, sign] = LOOKS[status] ?? ["idle", "·"];
  return (
    <span className="badge" data-tone={tone} data-sign={sign}>
      {status.toLowerCase().replaceAll("_", " ")}
    </span>
  );
}
