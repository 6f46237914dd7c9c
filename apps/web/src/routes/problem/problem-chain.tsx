// Owns: the stepping stones a problem stands among, as a graph from what each was mutated from. Must not know: the problem's page.
import { Link } from "wouter";
import { useAnswer } from "../../api/use-answer.ts";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { plural } from "../../format/number.ts";
import { lineageOf } from "./lineage.ts";
import type { Descendant } from "./lineage.ts";
import { CHAIN } from "./problem-query.ts";

export function ProblemChain({ chain, id }: { readonly chain: string; readonly id: string }) {
  const { data, error, reload } = useAnswer(CHAIN, { chain });
  const problems = data?.problems;
  return (
    <Panel title="Lineage">
      {error && <Trouble error={error} onRetry={reload} />}
      {problems === undefined ? (
        !error && <Skeleton lines={2} />
      ) : (
        <>
          <LineageGraph problems={problems.nodes} id={id} label={`Lineage of chain ${chain}`} />
          {problems.totalCount > problems.nodes.length && (
            <p className="small muted">
              The first {plural(problems.nodes.length, "problem")} of {problems.totalCount}.
            </p>
          )}
        </>
      )}
    </Panel>
  );
}

const [WIDE, HIGH, BETWEEN, UNDER] = [210, 44, 44, 12];

interface LineageGraphProps {
  readonly problems: readonly Descendant[];
  /** The one that the page is about. */
  readonly id: string;
  readonly label: string;
}

export function LineageGraph({ problems, id, label }: LineageGraphProps) {
  const { nodes, edges, columns, rows } = lineageOf(problems);
  const left = (column: number): number => column * (WIDE + BETWEEN);
  const top = (row: number): number => row * (HIGH + UNDER);
  const [width, height] = [left(columns) - BETWEEN, top(rows) - UNDER];
  return (
    <div className="lineage" tabIndex={0} role="group" aria-label={label}>
      <div style={{ position: "relative", width, height }}>
        <svg width={width} height={height} aria-hidden="true">
          {edges.map(([from, to]) => {
            const [x, y] = [left(from.column) + WIDE, top(from.row) + HIGH / 2];
            const [endX, endY] = [left(to.column), top(to.row) + HIGH / 2];
            const middle = (x + endX) / 2;
            return <path key={to.node.id} d={`M${x} ${y}C${middle} ${y} ${middle} ${endY} ${endX} ${endY}`} />;
          })}
        </svg>
        <ol>
          {nodes.map(({ node, column, row }) => (
            <li key={node.id} style={{ left: left(column), top: top(row), width: WIDE, height: HIGH }}>
              <Link
                href={`/problems/${encodeURIComponent(node.id)}`}
                aria-current={node.id === id ? "page" : undefined}
                title={node.message}
              >
                <span className="small muted">rung {node.rung ?? column}</span>
                <span>{node.message === "" ? node.id : node.message}</span>
              </Link>
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}
