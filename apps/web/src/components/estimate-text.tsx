// Owns: a mean with its 95% interval and n in one line. Must not know: where it comes from.
import { formatDifference, formatValue } from "../format/number.ts";
import type { EstimatePartsFragment } from "../generated/graphql.ts";

export function EstimateText({ estimate, signed = false }: { readonly estimate: EstimatePartsFragment; readonly signed?: boolean }) {
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
