// Owns: the stepping stones a problem stands among, from the first rung on. Must not know: the problem's page.
import { Link } from "wouter";
import { useAnswer } from "../../api/use-answer.ts";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { CHAIN } from "./problem-query.ts";

export function ProblemChain({ chain, id }: { readonly chain: string; readonly id: string }) {
  const { data, error, reload } = useAnswer(CHAIN, { chain });
  const rungs = [...Map.groupBy(data?.problems.nodes ?? [], ({ rung }) => rung ?? 0)].sort(([a], [b]) => a - b);
  return (
    <Panel title="Chain of mutations">
      {error && <Trouble error={error} onRetry={reload} />}
      {data === undefined && !error && <Skeleton lines={2} />}
      <ol className="chain" aria-label={`Rungs of chain ${chain}`}>
        {rungs.flatMap(([rung, problems], index) => [
          ...(index === 0
            ? []
            : [
                <li key={`to ${rung}`} aria-hidden="true">
                  →
                </li>,
              ]),
          ...problems.map((problem) => (
            <li key={problem.id}>
              {problem.id === id ? (
                <strong>
                  {rung}: {problem.message}
                </strong>
              ) : (
                <Link href={`/problems/${encodeURIComponent(problem.id)}`}>
                  {rung}: {problem.message}
                </Link>
              )}
            </li>
          )),
        ])}
      </ol>
    </Panel>
  );
}
