// Owns: the list of experiments. Must not know: one experiment's page.
import { useDeferredValue } from "react";
import { useAnswer } from "../../api/use-answer.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { plural } from "../../format/number.ts";
import { useUrlState } from "../../url/use-url-state.ts";
import { useTitle } from "../../use-title.ts";
import { ExperimentRow } from "./experiment-row.tsx";
import { EXPERIMENTS } from "./experiments-query.ts";

export function ExperimentsPage() {
  useTitle("Experiments");
  const [search, setSearch] = useUrlState("name");
  const wanted = useDeferredValue(search);
  const { data, error, reload } = useAnswer(EXPERIMENTS, { filter: wanted === "" ? {} : { nameContains: wanted } });
  const experiments = data?.experiments.nodes;
  return (
    <div className="stack">
      <div className="row spread">
        <h1>Experiments</h1>
        <label className="row small muted">
          Name
          <input
            type="search"
            value={search}
            onChange={({ target }) => setSearch(target.value, { replace: true })}
            placeholder="contains …"
          />
        </label>
      </div>
      {error && <Trouble error={error} onRetry={reload} />}
      <Panel title={data ? plural(data.experiments.totalCount, "experiment") : "Experiments"} flush>
        {experiments === undefined ? (
          <Skeleton lines={5} />
        ) : experiments.length > 0 ? (
          <table className="experiments">
            <thead>
              <tr>
                <th scope="col">Name and question</th>
                <th scope="col">Status</th>
                <th scope="col" className="wide-only">
                  Arms × seeds
                </th>
                <th scope="col">Steps</th>
                <th scope="col">Best pass@1</th>
                <th scope="col" className="wide-only">
                  Created
                </th>
              </tr>
            </thead>
            <tbody>
              {experiments.map((experiment) => (
                <ExperimentRow key={experiment.id} experiment={experiment} />
              ))}
            </tbody>
          </table>
        ) : wanted === "" ? (
          <EmptyState title="No experiment yet." command="npm run gradus -- run examples/quickstart.yaml">
            An experiment is a file: which curricula, which seeds, which policy. The quickstart compares curricula on this machine in
            minutes.
          </EmptyState>
        ) : (
          <EmptyState title={`No experiment's name contains “${wanted}”.`} />
        )}
      </Panel>
    </div>
  );
}
