// Owns: an instant, short, with the whole of it on a pointer's rest. Must not know: what happened then.
import { formatClock, formatExactly, formatInstant } from "../format/time.ts";

interface InstantProps {
  readonly at: string;
  /** Hours, minutes and seconds instead of day and minute. */
  readonly isClock?: boolean;
}

export const Instant = ({ at, isClock = false }: InstantProps) => (
  <time dateTime={at} title={formatExactly(at)}>
    {isClock ? formatClock(at) : formatInstant(at)}
  </time>
);
