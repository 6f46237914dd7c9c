// Owns: how hard a problem was over policy versions, a chart for each experiment that posed it. Must not know: rollouts one by one.
import { useAnswer } from "../../api/use-answer.ts";
import { armLook } from "../../arms/arm-look.ts";
import { Chart } from "../../components/chart.tsx";
import type { ChartLine, ChartRange } from "../../components/chart-data.ts";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { chartSvg, chartTable } from "../../download/chart-svg.ts";
import { DownloadMenu } from "../../download/download-menu.tsx";
import type { Trajectory } from "./difficulty.ts";
import { ARMS_OF_RUNS } from "./problem-query.ts";

/** All a share can be, and room for the marks at its ends. */
const SHARES: ChartRange = [-0.05, 1.05];

export function DifficultyPanels({ trajectories }: { readonly trajectories: readonly Trajectory[] }) {
  const runIds = trajectories.map(({ runId }) => runId).slice(0, 200);
  const { data, error, reload } = useAnswer(ARMS_OF_RUNS, runIds.length === 0 ? null : { runIds });
  if (runIds.length === 0) return null;
  if (error && data === undefined) return <Trouble error={error} onRetry={reload} />;
  if (data === undefined) return <Skeleton height={260} />;
  const byExperiment = [...Map.groupBy(data.runs.nodes, ({ experiment }) => experiment.id).values()];
  return (
    <div className="chart-grid">
      {byExperiment.map((runs) => {
        const lines = runs
          .toSorted((one, other) => one.arm.ordinal - other.arm.ordinal)
          .flatMap(({ id, arm }): ChartLine[] => {
            const found = trajectories.find(({ runId }) => runId === id);
            return found === undefined
              ? []
              : [{ key: arm.id, label: arm.name, ...armLook(arm.ordinal), x: found.versions, y: found.shares, n: found.counts }];
          });
        const title = `Share that passed in ${runs[0]?.experiment.name ?? ""}, by policy version`;
        const xName = "policy version";
        const chart = { title, xName, lines, rules: [], range: null, until: undefined, limits: SHARES, isLog: false };
        return (
          <Panel
            key={runs[0]?.experiment.id}
            title={title}
            aside={<DownloadMenu title={title} figure={() => ({ table: chartTable(chart), svg: chartSvg(chart) })} />}
          >
            <Chart label={title} lines={lines} xName={xName} limits={SHARES} height={200} />
          </Panel>
        );
      })}
    </div>
  );
}
