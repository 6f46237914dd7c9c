// Owns: how much of something is done; a total of 0 is one that nobody knows. Must not know: of what.
import { formatCount } from "../format/number.ts";

export function ProgressBar({ done, total, label }: { readonly done: number; readonly total: number; readonly label: string }) {
  const share = total === 0 ? 0 : Math.min(1, done / total);
  return (
    <span className="progress">
      <span hidden={total === 0} role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={total} aria-valuenow={done}>
        <span style={{ width: `${share * 100}%` }} />
      </span>
      <span>
        {formatCount(done)}
        {total > 0 && <span className="muted"> / {formatCount(total)}</span>}
      </span>
    </span>
  );
}
