// Owns: what training came to on held-out problems: the trade-off between difficulties, and pass@1 against pass@k. Must not know: statistics.
import { useEffect, useRef } from "react";
import { useAnswer } from "../../api/use-answer.ts";
import { ArmKey } from "../../components/arm-key.tsx";
import { DotPlot } from "../../components/dot-plot.tsx";
import type { DotRow } from "../../components/dot-plot.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { DownloadMenu } from "../../download/download-menu.tsx";
import { standalone } from "../../download/svg-text.ts";
import { EVALUATED } from "./evaluated-query.ts";
import { dotTable, rowsByBucket, rowsByK } from "./outcome-rows.ts";
import type { Experiment } from "./use-experiment-live.ts";

interface OutcomePanelsProps {
  readonly experimentId: string;
  readonly arms: Experiment["arms"];
  /** Asked again when it changes. */
  readonly version: number;
}

export function OutcomePanels({ experimentId, arms, version }: OutcomePanelsProps) {
  const { data, error, reload } = useAnswer(EVALUATED, { experimentId });
  useEffect(() => {
    if (version > 0) reload();
  }, [version, reload]);
  const runs = data?.experiment?.runs;
  if (error && runs === undefined) return <Trouble error={error} onRetry={reload} />;
  const byK = runs && rowsByK(arms, runs);
  return (
    <div className="chart-grid">
      <DotPanel title="Held-out pass@1 by difficulty" first="bucket" rows={runs && rowsByBucket(arms, runs)} arms={arms}>
        Does an arm gain on hard problems what it loses on easy ones? The upright stroke is before training.
      </DotPanel>
      <DotPanel title="Held-out pass@1 against pass@k" first="k" rows={byK} arms={arms}>
        {byK?.length === 1
          ? "One sample a problem: for pass@k set `evaluation.samples` to k or more in the experiment's file."
          : "Where pass@1 rises and pass@k does not, what could be solved is solved more surely, and nothing new is."}
      </DotPanel>
    </div>
  );
}

interface DotPanelProps {
  readonly title: string;
  readonly first: string;
  readonly rows: readonly DotRow[] | undefined;
  readonly arms: Experiment["arms"];
  readonly children: string;
}

function DotPanel({ title, first, rows, arms, children }: DotPanelProps) {
  const svg = useRef<SVGSVGElement>(null);
  const figure = () => ({ table: dotTable(first, rows ?? []), svg: standalone(title, svg.current) });
  return (
    <Panel title={title} aside={rows !== undefined && rows.length > 0 && <DownloadMenu title={title} figure={figure} />}>
      {rows === undefined ? (
        <Skeleton height={220} />
      ) : rows.length === 0 ? (
        <EmptyState title="No evaluation after training yet." />
      ) : (
        <div className="stack" style={{ gap: 8 }}>
          <div className="row small">
            {arms.map(({ id, ordinal, name }) => (
              <ArmKey key={id} ordinal={ordinal} name={name} />
            ))}
          </div>
          <DotPlot label={`${title} by arm: mean over seeds and 95% interval`} rows={rows} svg={svg} />
          <p className="small muted">{children}</p>
        </div>
      )}
    </Panel>
  );
}
