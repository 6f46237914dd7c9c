// Owns: what the machines said that had the run, as charts, live while one has it. Must not know: which readings there are.
import { useEffect, useState } from "react";
import { useAnswer } from "../../api/use-answer.ts";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { TelemetryCharts } from "../../telemetry/telemetry-charts.tsx";
import type { Reading } from "../../telemetry/readings.ts";
import { RUN_TELEMETRY } from "../../telemetry/telemetry-query.ts";
import { useHeard } from "../../telemetry/use-heard.ts";

const NO_READINGS: readonly Reading[] = [];

interface MachinePanelProps {
  readonly runId: string;
  /** Another one: another node has the run. */
  readonly leaseEpoch: number;
  readonly isOver: boolean;
}

export function MachinePanel({ runId, leaseEpoch, isOver }: MachinePanelProps) {
  const { data, error, reload } = useAnswer(RUN_TELEMETRY, { id: runId });
  const [asked, setAsked] = useState(leaseEpoch);
  useEffect(() => {
    if (asked === leaseEpoch) return;
    setAsked(leaseEpoch);
    reload();
  }, [asked, leaseEpoch, reload]);
  const stretches = data?.run?.telemetry;
  const nodeId = isOver ? undefined : stretches?.at(-1)?.node?.id;
  const { readings } = useHeard(nodeId === undefined ? null : { id: nodeId });
  // Nobody had it: a run that others train, or one that waits.
  if (stretches?.length === 0) return null;
  const nodes = [...new Set(stretches?.map(({ node }) => node?.id ?? "a node that is gone"))];
  return (
    <Panel title={nodes.length === 0 ? "Machine" : `${nodes.length === 1 ? "Machine" : "Machines"}: ${nodes.join(", ")}`}>
      {error && <Trouble error={error} onRetry={reload} />}
      {stretches === undefined ? (
        !error && <Skeleton height={220} />
      ) : (
        <TelemetryCharts stretches={stretches} heard={readings.get(nodeId ?? "") ?? NO_READINGS} />
      )}
    </Panel>
  );
}
