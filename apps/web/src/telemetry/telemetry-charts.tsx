// Owns: what machines said of themselves as small charts over time with one crosshair, growing with every heartbeat. Must not know: whose run it is.
import { useMemo } from "react";
import { Chart } from "../components/chart.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { chartSvg, chartTable } from "../download/chart-svg.ts";
import { DownloadMenu } from "../download/download-menu.tsx";
import { absences, nodeRules, telemetryCharts } from "./readings.ts";
import type { Reading, Stretch } from "./readings.ts";

interface TelemetryChartsProps {
  readonly stretches: readonly Stretch[];
  /** What came behind them. */
  readonly heard: readonly Reading[];
}

export function TelemetryCharts({ stretches, heard }: TelemetryChartsProps) {
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
