// Owns: a mean with its 95% interval and n in one line. Must not know: where it comes from.
import { formatDifference, formatValue } from "../format/number.ts";

export interface EstimateValue {
  readonly mean?: number | null;
  readonly low?: number | null;
  readonly high?: number | null;
  readonly n: number;
  readonly note?: string | null;
}

export function EstimateText({ estimate, signed = false }: { readonly estimate: EstimateValue; readonly signed?: boolean }) {
  const format = signed ? formatDifference : formatValue;
  const { mean, low, high, n, note } = estimate;
  return (
    <span className="estimate" title={note ?? undefined}>
      <span>{format(mean)}</span>{" "}
      <span className="interval">
        {low != null && high != null ? `[${format(low)}, ${format(high)}] ` : ""}n = {n}
      </span>
    </span>
  );
}
