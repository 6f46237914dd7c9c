// Owns: the four stages of some steps as lanes over time: who waits for whom, attempts and failures. Must not know: where steps come from.
import { useEffect, useRef, useState } from "react";
import { formatDuration } from "../../format/time.ts";
import type { StepDetail } from "./use-steps.ts";

const STAGES = ["GENERATE", "EXECUTE", "REWARD", "UPDATE"] as const;
const LANE = 30;
const TOP = 20;
const LEFT = 74;

export function StageLanes({ steps }: { readonly steps: readonly StepDetail[] }) {
  const holder = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const watch = new ResizeObserver(() => setWidth(element.clientWidth));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  const executions = steps.flatMap((step) => step.stageExecutions.map((execution) => ({ ...execution, step: step.step })));
  const times = executions.flatMap(({ startedAt, endedAt }) => [Date.parse(startedAt), ...(endedAt == null ? [] : [Date.parse(endedAt)])]);
  if (times.length === 0) return <p className="muted">No stage has begun.</p>;
  const from = Math.min(...times);
  const to = Math.max(...times, from + 1);
  const x = (time: number): number => LEFT + ((time - from) / (to - from)) * (width - LEFT - 8);
  const height = TOP + STAGES.length * LANE + 22;
  const failed = executions.filter(({ outcome }) => outcome === "FAILED" || outcome === "LOST").length;
  return (
    <div ref={holder}>
      <svg
        className="lanes"
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`Stages of steps ${steps[0]?.step} to ${steps.at(-1)?.step} over ${formatDuration(to - from)}; ${failed} attempts failed or were lost`}
      >
        {STAGES.map((stage, lane) => (
          <g key={stage}>
            <text x="0" y={TOP + lane * LANE + 19}>
              {stage.toLowerCase()}
            </text>
            <line className="lane-line" x1={LEFT} x2={width} y1={TOP + (lane + 1) * LANE} y2={TOP + (lane + 1) * LANE} />
          </g>
        ))}
        {steps.map(({ step, startedAt }) => (
          <g key={step}>
            <line
              className="lane-line"
              x1={x(Date.parse(startedAt))}
              x2={x(Date.parse(startedAt))}
              y1={4}
              y2={TOP + STAGES.length * LANE}
            />
            <text x={x(Date.parse(startedAt)) + 3} y={13}>
              {step}
            </text>
          </g>
        ))}
        {executions.map(({ id, step, stage, attempt, outcome, startedAt, endedAt, nodeId, failure }) => {
          const left = x(Date.parse(startedAt));
          const right = endedAt == null ? width - 8 : x(Date.parse(endedAt));
          const top = TOP + STAGES.indexOf(stage) * LANE + 7;
          const lasted = endedAt == null ? "under way" : formatDuration(Date.parse(endedAt) - Date.parse(startedAt));
          return (
            <g key={id}>
              <rect data-outcome={outcome} x={left} y={top} width={Math.max(2, right - left - 1)} height={16} rx="2">
                <title>{`step ${step} ${stage.toLowerCase()}, attempt ${attempt}: ${outcome.toLowerCase()}, ${lasted}, on ${nodeId}${failure == null ? "" : `\n${failure}`}`}</title>
              </rect>
              {attempt > 1 && (
                <text x={left} y={top - 1} style={{ fontSize: 9 }}>
                  ↻{attempt}
                </text>
              )}
            </g>
          );
        })}
        <text x={LEFT} y={height - 4}>
          0
        </text>
        <text x={width - 8} y={height - 4} textAnchor="end">
          {formatDuration(to - from)}
        </text>
      </svg>
    </div>
  );
}
