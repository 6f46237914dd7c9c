// Owns: the shape of what is still to come. Must not know: what it is.

/** `lines` bars, or one block of `height` pixels. */
export function Skeleton({ lines = 3, height }: { readonly lines?: number; readonly height?: number }) {
  if (height !== undefined) return <span className="skeleton" style={{ height }} role="status" aria-label="Loading" />;
  return (
    <div className="stack" style={{ gap: 10, padding: 16 }} role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} className="skeleton" style={{ height: 14, width: `${92 - ((index * 17) % 40)}%` }} />
      ))}
    </div>
  );
}
