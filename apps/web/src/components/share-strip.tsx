// Owns: shares of buckets over steps as a strip of stacked columns. Must not know: whether they were planned or happened.
import { DRAWN_BUCKETS } from "../curves/draw-shares.ts";
import type { DrawColumn } from "../curves/draw-shares.ts";
import { bucketName } from "../curves/buckets.ts";

interface ShareStripProps {
  readonly label: string;
  readonly columns: readonly DrawColumn[];
  readonly totalSteps: number;
  readonly height?: number;
}

/** As wide as its place; step 1 begins at the left border, the last step ends at the right one. */
export function ShareStrip({ label, columns, totalSteps, height = 40 }: ShareStripProps) {
  return (
    <svg
      className="share-strip"
      role="img"
      aria-label={label}
      width="100%"
      height={height}
      viewBox={`0 0 ${totalSteps} 1`}
      preserveAspectRatio="none"
    >
      {columns.flatMap(({ fromStep, toStep, shares }) => {
        let top = 1;
        return DRAWN_BUCKETS.flatMap((bucket) => {
          const share = shares[bucket] ?? 0;
          if (share === 0) return [];
          top -= share;
          return [
            <rect key={`${fromStep} ${bucket}`} data-bucket={bucket} x={fromStep - 1} y={top} width={toStep - fromStep + 1} height={share}>
              <title>{`steps ${fromStep} to ${toStep}: ${told(shares)}`}</title>
            </rect>,
          ];
        });
      })}
    </svg>
  );
}

const told = (shares: DrawColumn["shares"]): string =>
  DRAWN_BUCKETS.flatMap((bucket) => (shares[bucket] ? [`${bucketName(bucket)} ${Math.round(shares[bucket] * 100)}%`] : [])).join(", ");

/** What the columns' shades mean. */
export const BucketKey = () => (
  <span className="row small muted">
    {DRAWN_BUCKETS.slice(0, 4).map((bucket) => (
      <span key={bucket} className="row" style={{ gap: 6 }}>
        <span className="swatch" data-bucket={bucket} aria-hidden="true" />
        {bucketName(bucket)}
      </span>
    ))}
  </span>
);
