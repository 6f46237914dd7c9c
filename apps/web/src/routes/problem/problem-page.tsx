// Owns: one problem: what is asked, the reference, the tests, where it came from. Must not know: lists of problems.
import { Link } from "wouter";
import { useAnswer } from "../../api/use-answer.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { useTitle } from "../../use-title.ts";
import { LineageGraph, ProblemChain } from "./problem-chain.tsx";
import { ProblemRollouts } from "./problem-rollouts.tsx";
import { PROBLEM } from "./problem-query.ts";

export function ProblemPage({ id }: { readonly id: string }) {
  const { data, error, reload } = useAnswer(PROBLEM, { id });
  useTitle(data?.problem?.message ?? "Problem");
  if (error && data === undefined) return <Trouble error={error} onRetry={reload} />;
  if (data === undefined) return <Skeleton lines={8} />;
  const problem = data.problem;
  if (problem == null) return <EmptyState title={`There is no problem ${id}.`} />;
  const { message, environment, entryPoint, reference, tests, visibleTests, operations, origin, parent, chain, rung, contentHash } =
    problem;
  return (
    <div className="stack">
      <nav className="breadcrumbs" aria-label="Where this is">
        <Link href="/problems">Problems</Link>
        <span aria-hidden="true">/</span>
        <span className="mono">{id}</span>
      </nav>
      <h1>{message === "" ? entryPoint : message}</h1>
      <p className="muted">
        {environment.toLowerCase().replaceAll("_", " ")} · {operations.join(", ")} · by {origin.source ?? origin.teacher}
        {origin.seed != null && ` (seed ${origin.seed})`}
        {chain != null && (
          <>
            {" "}
            · rung {rung} of chain <span className="mono">{chain}</span>
          </>
        )}
      </p>
      {chain != null && <ProblemChain chain={chain} id={id} />}
      {parent && chain == null && (
        <Panel title="Lineage">
          <LineageGraph problems={[{ ...parent, rung: 0 }, problem]} id={id} label="What it was mutated from" />
        </Panel>
      )}
      <div className="chart-grid">
        <Panel title="Reference">
          <pre>{reference}</pre>
        </Panel>
        <Panel title={`${tests.length} tests, the first ${visibleTests} shown in the prompt`} flush>
          <table>
            <thead>
              <tr>
                <th scope="col">Call or check</th>
                <th scope="col">Expected</th>
              </tr>
            </thead>
            <tbody>
              {tests.map(({ args, expected, source }, index) => (
                <tr key={index}>
                  <td className="mono">{args == null ? <pre>{source}</pre> : `${entryPoint}(${args})`}</td>
                  <td className="mono">{expected}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Panel>
      </div>
      <ProblemRollouts id={id} />
      <p className="small muted">
        Content <span className="mono">{contentHash}</span>
      </p>
    </div>
  );
}
