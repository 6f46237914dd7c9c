// Owns: what machines said of themselves as small charts over time with one crosshair, growing with every heartbeat. Must not know: whose run it is.
import { useMemo, useState } from "react";
import { useFollow } from "../api/follow.ts";
import { Chart } from "../components/chart.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { chartSvg, chartTable } from "../download/chart-svg.ts";
import { DownloadMenu } from "../download/download-menu.tsx";
import { NODE_HEALTH } from "./telemetry-query.ts";
import { absences, nodeRules, readingOf, telemetryCharts } from "./readings.ts";
import type { Reading, Stretch } from "./readings.ts";

/** Behind the stretches at most: 7 hours of a heartbeat every 10 s; who looks longer asks anew by opening the page. */
const MOST_HEARD = 2_500;

interface TelemetryChartsProps {
  readonly stretches: readonly Stretch[];
  /** The node that is listened to; null: nobody is. */
  readonly nodeId: string | null;
}

export function TelemetryCharts({ stretches, nodeId }: TelemetryChartsProps) {
  const heard = useHeard(nodeId);
  const until = Date.parse(stretches.at(-1)?.to ?? "") || 0;
  const { charts, rules, range } = useMemo(() => {
    const news = heard.filter(({ at }) => at >= until);
    const made = telemetryCharts(stretches, news);
    const times = made.flatMap(({ lines }) => lines.flatMap(({ x }) => [x[0] ?? Infinity, x.at(-1) ?? -Infinity]));
    const first = Math.min(...times);
    return { charts: made, rules: nodeRules(stretches), range: [first, Math.max(...times, first + 10_000)] as const };
  }, [stretches, heard, until]);
  const missing = absences(stretches);
  if (charts.length === 0)
    return (
      <EmptyState title="Nothing is stored of this machine.">A node tells of it every 10 s; what it said is kept for 7 days.</EmptyState>
    );
  return (
    <div className="stack" style={{ gap: 12 }}>
      <div className="telemetry">
        {charts.map(({ title, unit, lines }) => {
          const name = `${title}, ${unit}`;
          const chart = {
            title: name,
            xName: "milliseconds since 1970",
            lines,
            rules,
            range,
            until: undefined,
            isLog: false,
            isTime: true,
          };
          return (
            <section key={title} aria-label={name} data-telemetry={title}>
              <div className="row spread">
                <h3>
                  {title} <span className="muted">{unit}</span>
                </h3>
                <DownloadMenu title={name} figure={() => ({ table: chartTable(chart), svg: chartSvg(chart) })} />
              </div>
              <Chart
                label={`${name} over time`}
                lines={lines}
                rules={rules}
                xName="at"
                isTime
                range={range}
                height={150}
                syncKey="telemetry"
              />
            </section>
          );
        })}
      </div>
      {missing.length > 0 && <p className="small muted">Not known: {missing.join("; ")}.</p>}
    </div>
  );
}

function useHeard(nodeId: string | null): readonly Reading[] {
  const [heard, setHeard] = useState<readonly Reading[]>([]);
  useFollow(NODE_HEALTH, nodeId === null ? null : NEVER_BEFORE, (data) => data.nodeHealth, {
    onItem({ nodes }) {
      const mine = nodes.find(({ id }) => id === nodeId);
      const reading = mine && readingOf(mine);
      if (reading) setHeard((before) => [...before, reading].slice(-MOST_HEARD));
    },
    // What is drawn stands; a page that is opened anew has the rest.
    onExpired: () => setHeard([]),
  });
  return heard;
}

/** Every node first, as it is now, then what changes. */
const NEVER_BEFORE = { after: null };
