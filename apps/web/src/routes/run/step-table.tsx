// Owns: some steps of a run in numbers, and what failed in them. Must not know: where steps come from.
import { Link } from "wouter";
import { formatValue } from "../../format/number.ts";
import { formatDuration } from "../../format/time.ts";
import type { StepDetail } from "./use-steps.ts";

export function StepTable({ runId, steps }: { readonly runId: string; readonly steps: readonly StepDetail[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Step</th>
          <th scope="col">Policy</th>
          <th scope="col">Reward</th>
          <th scope="col">Pass rate</th>
          <th scope="col">Admitted</th>
          <th scope="col">None / all solved</th>
          <th scope="col">Took</th>
          <th scope="col">Attempts that failed</th>
        </tr>
      </thead>
      <tbody>
        {steps.toReversed().map(({ step, policyVersion, summary, startedAt, completedAt, stageExecutions }) => (
          <tr key={step}>
            <td>
              <Link href={`/runs/${encodeURIComponent(runId)}/steps/${step}`}>
                {step}
                <span className="hidden-visually">: rollouts</span>
              </Link>
            </td>
            <td>v{policyVersion}</td>
            <td>{formatValue(summary?.rewardMean)}</td>
            <td>{formatValue(summary?.passRate)}</td>
            <td>{summary ? `${summary.admitted} of ${summary.groups}` : "–"}</td>
            <td>{summary ? `${summary.solvedNone} / ${summary.solvedAll}` : "–"}</td>
            <td style={{ whiteSpace: "nowrap" }}>
              {completedAt == null ? "under way" : formatDuration(Date.parse(completedAt) - Date.parse(startedAt))}
            </td>
            <td>
              {stageExecutions
                .filter(({ outcome }) => outcome === "FAILED" || outcome === "LOST")
                .map(({ id, stage, attempt, outcome, failure }) => (
                  <div key={id} className="small">
                    {stage.toLowerCase()} {attempt}: {outcome === "LOST" ? "lost with its worker" : (failure ?? "failed")}
                  </div>
                ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
