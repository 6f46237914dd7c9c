// Owns: kept problems by what they took, of turn 1 alone beside all turns. Must not know: which problems.
import { Panel } from "../../components/panel.tsx";
import { formatCount, formatValue } from "../../format/number.ts";
import type { Synthesis } from "./synthesis-words.ts";

interface YieldPanelProps {
  readonly single: Synthesis["singleTurnYield"];
  readonly multi: Synthesis["multiTurnYield"];
  readonly isComplete: boolean;
}

export function YieldPanel({ single, multi, isComplete }: YieldPanelProps) {
  return (
    <Panel title="Yield, single-turn and multi-turn" flush>
      <table>
        <thead>
          <tr>
            <th scope="col">Of</th>
            <th scope="col" className="number">
              kept
            </th>
            <th scope="col" className="number">
              seeds
            </th>
            <th scope="col" className="number">
              teacher calls
            </th>
            <th scope="col" className="number">
              kept per seed
            </th>
            <th scope="col" className="number">
              kept per teacher call
            </th>
          </tr>
        </thead>
        <tbody>
          {(
            [
              ["single", "turn 1 alone", single],
              ["multi", "all turns", multi],
            ] as const
          ).map(([name, title, { kept, seeds, teacherCalls, perSeed, perTeacherCall }]) => (
            <tr key={name} data-yield={name}>
              <th scope="row">{title}</th>
              <td className="number">{isComplete ? formatCount(kept) : "–"}</td>
              <td className="number">{formatCount(seeds)}</td>
              <td className="number">{formatCount(teacherCalls)}</td>
              <td className="number">{isComplete ? formatValue(perSeed) : "–"}</td>
              <td className="number">{isComplete ? formatValue(perTeacherCall) : "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="small muted" style={{ padding: "12px 16px" }}>
        {isComplete
          ? "Per seed more turns always help; per teacher call they must earn it."
          : "What is kept is known when it completes: repeats are found then."}
      </p>
    </Panel>
  );
}
