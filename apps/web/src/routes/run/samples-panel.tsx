// Owns: texts, tables and histograms that a run's trainer logged, by name and step, a page at a time. Must not know: points, charts over steps.
import { useAnswer } from "../../api/use-answer.ts";
import { usePages } from "../../api/use-pages.ts";
import { Button } from "../../components/button.tsx";
import { Instant } from "../../components/instant.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { formatCount, formatValue } from "../../format/number.ts";
import type { SamplesQuery } from "../../generated/graphql.ts";
import { useUrlState } from "../../url/use-url-state.ts";
import { SAMPLES } from "./samples-query.ts";

const PAGE = 10;

type Sample = NonNullable<SamplesQuery["run"]>["samples"]["nodes"][number];

export function SamplesPanel({ runId }: { readonly runId: string }) {
  const [name, setName] = useUrlState("samples");
  const pages = usePages();
  const { data, error, reload } = useAnswer(SAMPLES, {
    id: runId,
    name: name === "" ? null : name,
    first: PAGE,
    after: pages.after,
  });
  const { nodes, pageInfo } = data?.run?.samples ?? {};
  // Most runs have none: a panel that says so is in the way.
  if (error === undefined && name === "" && pages.after === null && (nodes?.length ?? 0) === 0) return null;
  return (
    <Panel
      title="Texts, tables and histograms"
      aside={
        <span className="row no-print">
          <label className="row small muted">
            Named
            <input
              type="search"
              value={name}
              size={14}
              spellCheck={false}
              onChange={({ target }) => {
                pages.restart();
                setName(target.value, { replace: true });
              }}
            />
          </label>
          <Button onClick={reload} title="Look for what was logged since">
            Look again
          </Button>
          <Button disabled={pages.after === null} aria-label="Samples before these" onClick={pages.back}>
            ← Before
          </Button>
          <Button disabled={pageInfo?.hasNextPage !== true} aria-label="Samples after these" onClick={() => pages.on(pageInfo?.endCursor)}>
            After →
          </Button>
        </span>
      }
    >
      {error && <Trouble error={error} onRetry={reload} />}
      {nodes === undefined ? (
        !error && <Skeleton lines={4} />
      ) : nodes.length === 0 ? (
        <p className="muted">Nothing is logged under this name: names are written in full.</p>
      ) : (
        <div className="stack">
          {nodes.map((sample) => (
            <figure key={sample.id}>
              <figcaption className="row small muted">
                <strong>{sample.name}</strong> step {formatCount(sample.step)}
                <Instant at={sample.at} />
              </figcaption>
              <Body {...sample} />
            </figure>
          ))}
        </div>
      )}
    </Panel>
  );
}

/** As the API took them (docs/metrics.md). */
interface TableBody {
  readonly columns: readonly unknown[];
  readonly rows: readonly (readonly unknown[])[];
}
interface HistogramBody {
  /** One more than counts, rising. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

function Body({ name, step, kind, body }: Sample) {
  switch (kind) {
    case "TEXT":
      return <pre>{String(body)}</pre>;
    case "TABLE": {
      const { columns, rows } = body as TableBody;
      return (
        <div style={{ overflow: "auto", maxHeight: 320 }} tabIndex={0} role="group" aria-label={`${name} at step ${step}`}>
          <table>
            <thead>
              <tr>
                {columns.map((column, at) => (
                  <th key={at} scope="col">
                    {written(column)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, at) => (
                <tr key={at}>
                  {row.map((cell, column) => (
                    <td key={column}>{written(cell)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    }
    case "HISTOGRAM":
      return <Histogram label={`${name} at step ${step}`} {...(body as HistogramBody)} />;
  }
}

const written = (value: unknown): string =>
  typeof value === "number" ? formatValue(value) : typeof value === "string" ? value : JSON.stringify(value);

const [WIDE, HIGH] = [480, 96];

/** Bars over the edges as they lie, so that uneven ones are as wide as they are. */
function Histogram({ label, edges, counts }: HistogramBody & { readonly label: string }) {
  const [first = 0, last = 1] = [edges[0], edges.at(-1)];
  const most = Math.max(1, ...counts);
  const px = (edge: number): number => ((edge - first) / (last - first || 1)) * WIDE;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const told = `${label}: ${formatCount(total)} from ${formatValue(first)} to ${formatValue(last)}, at most ${formatCount(most)} in one of ${counts.length} bins`;
  return (
    <>
      <svg role="img" aria-label={told} viewBox={`0 0 ${WIDE} ${HIGH}`} style={{ width: "100%", maxWidth: WIDE, display: "block" }}>
        {counts.map((count, at) => {
          const [left, right] = [px(edges[at] ?? first), px(edges[at + 1] ?? last)];
          const high = (count / most) * (HIGH - 2);
          return (
            <rect key={at} x={left} y={HIGH - high} width={Math.max(1, right - left - 1)} height={high} fill="var(--accent)">
              <title>{`${formatValue(edges[at])} to ${formatValue(edges[at + 1])}: ${formatCount(count)}`}</title>
            </rect>
          );
        })}
        <line x1={0} x2={WIDE} y1={HIGH - 0.5} y2={HIGH - 0.5} stroke="var(--line-strong)" />
      </svg>
      <div className="row spread small muted" style={{ maxWidth: WIDE }}>
        <span>{formatValue(first)}</span>
        <span>{formatCount(total)} in all</span>
        <span>{formatValue(last)}</span>
      </div>
    </>
  );
}
