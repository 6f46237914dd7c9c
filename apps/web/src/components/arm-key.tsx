// Owns: an arm's name with its line and mark, the same everywhere. Must not know: pages.
import { armLook, markPath } from "../arms/arm-look.ts";
import type { Mark } from "../arms/arm-look.ts";

export function ArmKey({ ordinal, name }: { readonly ordinal: number; readonly name: string }) {
  return (
    <span className="arm-key">
      <LineSample {...armLook(ordinal)} />
      {name}
    </span>
  );
}

interface LineSampleProps {
  readonly variable: string;
  readonly dash: readonly number[];
  readonly mark?: Mark;
}

/** A piece of a line as charts draw it. */
export const LineSample = ({ variable, dash, mark }: LineSampleProps) => (
  <svg width="30" height="12" viewBox="-15 -6 30 12" aria-hidden="true" style={{ color: `var(${variable})` }}>
    <path d="M-15 0H15" stroke="currentColor" strokeWidth="2" strokeDasharray={dash.join(" ")} fill="none" />
    {mark && <path d={markPath(mark, 8)} fill="currentColor" />}
  </svg>
);
