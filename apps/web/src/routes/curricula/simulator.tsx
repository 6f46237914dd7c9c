// Owns: what a curriculum would draw: the wish, and the answer as strips and numbers. Must not know: how it is simulated.
import { useState } from "react";
import { useAnswer } from "../../api/use-answer.ts";
import { Panel } from "../../components/panel.tsx";
import { ShareStrip } from "../../components/share-strip.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { bucketName } from "../../curves/buckets.ts";
import { DRAWN_BUCKETS } from "../../curves/draw-shares.ts";
import type { DataTable } from "../../download/csv.ts";
import { DownloadMenu } from "../../download/download-menu.tsx";
import { stripsSvg } from "../../download/strips-svg.ts";
import { formatCount, formatValue } from "../../format/number.ts";
import type { SimulateCurriculumQuery } from "../../generated/graphql.ts";
import { useUrlState } from "../../url/use-url-state.ts";
import { SIMULATE } from "./curricula-query.ts";

interface SimulatorProps {
  /** A preset's name, or the text of a curriculum. */
  readonly source: string;
  readonly setSource: (source: string) => void;
  readonly presets: readonly string[];
}

type Simulation = NonNullable<SimulateCurriculumQuery["simulateCurriculum"]["simulation"]>;

export function Simulator({ source, setSource, presets }: SimulatorProps) {
  const [steps, setSteps] = useUrlState("steps", "200");
  const [groups, setGroups] = useUrlState("groups", "8");
  const isPreset = presets.includes(source) || presets.length === 0;
  const [draft, setDraft] = useState<string>();
  const { data, error, isStale, reload } = useAnswer(SIMULATE, {
    input: { source, steps: Number(steps) || 1, groupsPerStep: Number(groups) || 1 },
  });
  const answer = data?.simulateCurriculum;
  const simulation = answer?.simulation;
  const title = `Simulated draws of ${isPreset ? source : "an own curriculum"}`;
  const figure = () => ({
    table: simulationTable(simulation?.windows ?? []),
    svg: stripsSvg(
      title,
      simulation
        ? [{ arm: { name: isPreset ? source : "own" }, totalSteps: lastStep(simulation), plan: null, drawn: columnsOf(simulation) }]
        : [],
    ),
  });
  return (
    <Panel title="Simulator" aside={<DownloadMenu title={title} figure={figure} />}>
      <div className="stack" style={{ gap: 12 }}>
        <form
          className="row small"
          onSubmit={(event) => {
            event.preventDefault();
            if (draft !== undefined) setSource(draft);
          }}
        >
          <label className="row muted">
            Curriculum
            <select
              value={isPreset ? source : ""}
              onChange={({ target }) => setSource(target.value === "" ? "sampler: { kind: uniform }\ngates: []" : target.value)}
            >
              {presets.map((name) => (
                <option key={name}>{name}</option>
              ))}
              <option value="">own, as YAML</option>
            </select>
          </label>
          <label className="row muted">
            Steps
            <input
              type="number"
              min={1}
              max={16000}
              value={steps}
              style={{ width: 90 }}
              onChange={({ target }) => setSteps(target.value, { replace: true })}
            />
          </label>
          <label className="row muted">
            Groups a step
            <input
              type="number"
              min={1}
              max={512}
              value={groups}
              style={{ width: 80 }}
              onChange={({ target }) => setGroups(target.value, { replace: true })}
            />
          </label>
          {!isPreset && (
            <label className="field" style={{ flexBasis: "100%" }}>
              <span>YAML or JSON of a curriculum</span>
              <textarea
                className="mono"
                rows={6}
                value={draft ?? source}
                onChange={({ target }) => setDraft(target.value)}
                onBlur={({ target }) => setSource(target.value)}
              />
            </label>
          )}
        </form>
        {error && <Trouble error={error} onRetry={reload} />}
        {answer?.error && (
          <div className="notice" data-tone="bad" role="alert">
            {answer.error.message}
            {answer.error.fields.map(({ path, expected }) => (
              <div key={path} className="small">
                <span className="mono">{path}</span> {expected}
              </div>
            ))}
          </div>
        )}
        {simulation == null ? (
          answer === undefined && !error && <Skeleton lines={5} />
        ) : (
          <div className="stack" style={{ gap: 10, opacity: isStale ? 0.55 : 1 }} aria-busy={isStale}>
            <ShareStrip
              label={`${title} by bucket over ${lastStep(simulation)} steps`}
              columns={columnsOf(simulation)}
              totalSteps={lastStep(simulation)}
              height={72}
            />
            <Numbers simulation={simulation} />
            {simulation.warnings.map((warning) => (
              <p key={warning} className="notice">
                {warning}
              </p>
            ))}
            <p className="small muted">
              {simulation.uniqueProblems} of {simulation.problems} problems drawn, in the proportions of the paper's bins. The policy is a
              model that learns from what trains it: it says what would be drawn, never how learning goes.
            </p>
          </div>
        )}
      </div>
    </Panel>
  );
}

const of = (values: readonly { readonly bucket: string; readonly value: number }[] | undefined, bucket: string): string =>
  formatValue(values?.find((one) => one.bucket === bucket)?.value ?? 0);

function Numbers({ simulation: { windows } }: { readonly simulation: Simulation }) {
  const [first, last] = [windows[0], windows.at(-1)];
  const present = DRAWN_BUCKETS.filter((bucket) => windows.some(({ passRate }) => passRate.some((one) => one.bucket === bucket)));
  const rollouts = windows.map(({ rolloutsPerStep }) => rolloutsPerStep);
  return (
    <>
      <div style={{ overflowX: "auto" }} tabIndex={0} role="group" aria-label="Simulated numbers">
        <table>
          <thead>
            <tr>
              <th scope="col">Bucket</th>
              <th scope="col">Share of draws, first → last part</th>
              <th scope="col">Model's chance to solve, first → last part</th>
            </tr>
          </thead>
          <tbody>
            {present.map((bucket) => (
              <tr key={bucket}>
                <td>{bucketName(bucket)}</td>
                <td>
                  {of(first?.drawn, bucket)} → {of(last?.drawn, bucket)}
                </td>
                <td>
                  {of(first?.passRate, bucket)} → {of(last?.passRate, bucket)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="small">
        Rollouts a step {rolloutsText(rollouts)} · groups that train, of those wanted: {formatValue(first?.admitted)} →{" "}
        {formatValue(last?.admitted)}
      </p>
    </>
  );
}

function rolloutsText(rollouts: readonly number[]): string {
  const [least, most] = [Math.min(...rollouts), Math.max(...rollouts)].map((count) => formatCount(Math.round(count)));
  return least === most ? `${least}` : `${least} to ${most}`;
}

const lastStep = ({ windows }: Simulation): number => windows.at(-1)?.toStep ?? 1;
const columnsOf = ({ windows }: Simulation) =>
  windows.map(({ fromStep, toStep, drawn }) => ({
    fromStep,
    toStep,
    shares: Object.fromEntries(drawn.map(({ bucket, value }) => [bucket, value])),
  }));

const simulationTable = (windows: Simulation["windows"]): DataTable => ({
  columns: ["from step", "to step", "bucket", "share of draws", "chance to solve", "admitted", "rollouts a step"],
  rows: windows.flatMap(({ fromStep, toStep, drawn, passRate, admitted, rolloutsPerStep }) =>
    passRate.map(({ bucket, value }) => [
      fromStep,
      toStep,
      bucket,
      drawn.find((one) => one.bucket === bucket)?.value ?? 0,
      value,
      admitted,
      rolloutsPerStep,
    ]),
  ),
});
