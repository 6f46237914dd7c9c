// Owns: sentences that belong to a table, under a title. Must not know: who says them.

interface SentencesProps {
  readonly title: string;
  readonly sentences: readonly string[];
  readonly empty: string;
}

export function Sentences({ title, sentences, empty }: SentencesProps) {
  return (
    <div style={{ padding: "12px 16px", borderTop: "1px solid var(--line)" }}>
      <h3>{title}</h3>
      {sentences.length === 0 ? (
        <p className="muted">{empty}</p>
      ) : (
        <ul style={{ paddingLeft: 18, maxWidth: "110ch", overflowWrap: "anywhere" }}>
          {sentences.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
