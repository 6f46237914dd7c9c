// Owns: a node's machine over the time that is chosen. Must not know: other nodes, which readings there are, how it is listened to.
import { useMemo } from "react";
import { useAnswer } from "../../api/use-answer.ts";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import type { Reading } from "../../telemetry/readings.ts";
import { TelemetryCharts } from "../../telemetry/telemetry-charts.tsx";
import { NODE_TELEMETRY } from "../../telemetry/telemetry-query.ts";

interface NodeMachineProps {
  readonly id: string;
  /** How far back, in milliseconds. */
  readonly span: number;
  /** What it said since the page was opened. */
  readonly heard: readonly Reading[];
}

export function NodeMachine({ id, span, heard }: NodeMachineProps) {
  const from = useMemo(() => new Date(Date.now() - span).toISOString(), [span]);
  const { data, error, reload } = useAnswer(NODE_TELEMETRY, { id, from });
  const [node] = data?.workerNodes ?? [];
  const stretches = useMemo(() => node && [node.telemetry], [node]);
  return (
    <Panel title={`Machine of ${id}`}>
      {error && <Trouble error={error} onRetry={reload} />}
      {stretches === undefined ? !error && <Skeleton height={220} /> : <TelemetryCharts key={from} stretches={stretches} heard={heard} />}
    </Panel>
  );
}
