// Owns: the four stages of some steps as lanes over time, a lane for each node that took them: who waits for whom, attempts and failures.
// Must not know: where steps come from.
import { useEffect, useRef, useState } from "react";
import { formatDuration } from "../../format/time.ts";
import { STAGES, timeShares, waitsOf } from "./stage-waits.ts";
import type { StepDetail } from "./use-steps.ts";

const LANE = 30;
const TOP = 20;

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
  const lanes = STAGES.flatMap((stage) => {
    const nodes = [...new Set(executions.filter((one) => one.stage === stage).map(({ nodeId }) => nodeId))].sort();
    return (nodes.length === 0 ? [""] : nodes).map((nodeId, at) => ({ stage, nodeId, isFirst: at === 0 }));
  });
  const laneOf = (stage: string, nodeId: string): number => lanes.findIndex((lane) => lane.stage === stage && lane.nodeId === nodeId);
  const nodes = new Set(executions.map(({ nodeId }) => nodeId));
  // The name of a node in every lane where there are several; else once in words.
  const left = nodes.size > 1 && width > 560 ? 190 : 74;
  const from = Math.min(...times);
  const to = Math.max(...times, from + 1);
  const x = (time: number): number => left + ((time - from) / (to - from)) * (width - left - 8);
  const foot = TOP + lanes.length * LANE;
  const failed = executions.filter(({ outcome }) => outcome === "FAILED" || outcome === "LOST").length;
  const shares = timeShares(steps);
  return (
    <div ref={holder}>
      <svg
        className="lanes"
        height={foot + 22}
        viewBox={`0 0 ${width} ${foot + 22}`}
        role="img"
        aria-label={`Stages of steps ${steps[0]?.step} to ${steps.at(-1)?.step} over ${formatDuration(to - from)} on ${nodes.size} nodes; ${failed} attempts failed or were lost`}
      >
        {lanes.map(({ stage, nodeId, isFirst }, lane) => (
          <g key={`${stage} ${nodeId}`}>
            {isFirst && (
              <text x="0" y={TOP + lane * LANE + 19}>
                {stage.toLowerCase()}
              </text>
            )}
            {left > 100 && (
              <text x={left - 8} y={TOP + lane * LANE + 19} textAnchor="end">
                {nodeId.length > 16 ? `${nodeId.slice(0, 15)}…` : nodeId}
                <title>{nodeId}</title>
              </text>
            )}
            <line className="lane-line" x1={left} x2={width} y1={TOP + (lane + 1) * LANE} y2={TOP + (lane + 1) * LANE} />
          </g>
        ))}
        {steps.map(({ step, startedAt }) => (
          <g key={step}>
            <line className="lane-line" x1={x(Date.parse(startedAt))} x2={x(Date.parse(startedAt))} y1={4} y2={foot} />
            <text x={x(Date.parse(startedAt)) + 3} y={13}>
              {step}
            </text>
          </g>
        ))}
        {steps.flatMap(({ step, startedAt, stageExecutions }) =>
          waitsOf(stageExecutions, startedAt).map((wait) => {
            const node = stageExecutions.find(({ id }) => id === wait.id)?.nodeId ?? "";
            const y = TOP + laneOf(wait.stage, node) * LANE + 15;
            return (
              <line key={wait.id} className="lane-wait" x1={Math.max(left, x(wait.from))} x2={x(wait.to)} y1={y} y2={y}>
                <title>{`step ${step}: ${wait.stage.toLowerCase()} waited ${formatDuration(wait.to - wait.from)}`}</title>
              </line>
            );
          }),
        )}
        {executions.map(({ id, step, stage, attempt, outcome, startedAt, endedAt, nodeId, failure }) => {
          const begins = x(Date.parse(startedAt));
          const ends = endedAt == null ? width - 8 : x(Date.parse(endedAt));
          const top = TOP + laneOf(stage, nodeId) * LANE + 7;
          const lasted = endedAt == null ? "under way" : formatDuration(Date.parse(endedAt) - Date.parse(startedAt));
          return (
            <g key={id}>
              <rect data-outcome={outcome} x={begins} y={top} width={Math.max(2, ends - begins - 1)} height={16} rx="2">
                <title>{`step ${step} ${stage.toLowerCase()}, attempt ${attempt}: ${outcome.toLowerCase()}, ${lasted}, on ${nodeId}${failure == null ? "" : `\n${failure}`}`}</title>
              </rect>
              {attempt > 1 && (
                <text x={begins} y={top - 1} style={{ fontSize: 9 }}>
                  ↻{attempt}
                </text>
              )}
            </g>
          );
        })}
        <text x={left} y={foot + 18}>
          0
        </text>
        <text x={width - 8} y={foot + 18} textAnchor="end">
          {formatDuration(to - from)}
        </text>
      </svg>
      {shares.length > 0 && (
        <p className="small muted" data-time-shares>
          Of these steps&apos; time:{" "}
          {shares.map(({ what, ms, share }) => `${what.toLowerCase()} ${(100 * share).toFixed(0)} % (${formatDuration(ms)})`).join(", ")}
          {nodes.size === 1 && <> · all on {[...nodes][0]}</>}. A dotted line is a stage that waits.
        </p>
      )}
    </div>
  );
}
