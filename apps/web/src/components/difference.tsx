// Owns: by how much an arm differs, with interval, and whether that leaves 0 out. Must not know: of what.
import type { EstimatePartsFragment } from "../generated/graphql.ts";
import { EstimateText } from "./estimate-text.tsx";

interface DifferenceProps {
  readonly estimate: EstimatePartsFragment;
  readonly excludesZero: boolean;
  readonly of: string;
}

export const Difference = ({ estimate, excludesZero, of }: DifferenceProps) => (
  <div className="small" title={`difference, 95% interval over ${of}`}>
    <span aria-hidden="true">Δ </span>
    <EstimateText estimate={estimate} signed />
    {excludesZero && <strong title="the interval leaves 0 out"> ≠ 0</strong>}
  </div>
);
