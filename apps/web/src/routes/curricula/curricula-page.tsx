// Owns: the curricula: those that were used, by whom, those that may be named, and the simulator. Must not know: samplers.
import { Link } from "wouter";
import { useAnswer } from "../../api/use-answer.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { BucketKey, ShareStrip } from "../../components/share-strip.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { Trouble } from "../../components/trouble.tsx";
import { scheduledColumns, scheduledShares } from "../../curves/draw-shares.ts";
import { scheduleOf } from "../../curves/stage-rules.ts";
import { plural } from "../../format/number.ts";
import type { CurriculaQuery } from "../../generated/graphql.ts";
import { useUrlState } from "../../url/use-url-state.ts";
import { useTitle } from "../../use-title.ts";
import { CURRICULA } from "./curricula-query.ts";
import { Simulator } from "./simulator.tsx";

type Used = CurriculaQuery["curricula"][number];

export function CurriculaPage() {
  useTitle("Curricula");
  const { data, error, reload } = useAnswer(CURRICULA, {});
  const [source, setSource] = useUrlState("source", "classic");
  if (error && data === undefined) return <Trouble error={error} onRetry={reload} />;
  const simulate = (text: string): void => {
    setSource(text);
    document.getElementById("simulator")?.scrollIntoView({ block: "start" });
  };
  return (
    <div className="stack">
      <div className="row spread">
        <h1>Curricula</h1>
        <BucketKey />
      </div>
      <div id="simulator">
        <Simulator source={source} setSource={setSource} presets={data?.curriculumPresets.map(({ name }) => name) ?? []} />
      </div>
      <Panel title="Used by experiments" flush>
        {data === undefined ? (
          <Skeleton lines={6} />
        ) : data.curricula.length === 0 ? (
          <EmptyState title="None has been used yet." command="npm run gradus -- run examples/quickstart.yaml" />
        ) : (
          <table>
            <thead>
              <tr>
                <th scope="col">Curriculum</th>
                <th scope="col">Planned draws over the run</th>
                <th scope="col">Used by</th>
                <th scope="col">
                  <span className="hidden-visually">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {data.curricula.map((curriculum) => (
                <tr key={curriculum.id}>
                  <th scope="row" style={{ color: "var(--ink)", fontSize: "inherit", minWidth: 140 }}>
                    {curriculum.name} v{curriculum.version}
                  </th>
                  <td style={{ minWidth: 260, width: "45%" }}>
                    <Plan name={`${curriculum.name} v${curriculum.version}`} specification={curriculum.specification} />
                    <details className="small">
                      <summary>Specification</summary>
                      <pre>{JSON.stringify(curriculum.specification, null, 2)}</pre>
                    </details>
                  </td>
                  <td style={{ minWidth: 200 }}>
                    <Users arms={curriculum.arms} />
                  </td>
                  <td>
                    {samplerOf(curriculum.specification) !== undefined && (
                      <Button onClick={() => simulate(JSON.stringify(curriculum.specification))}>Simulate</Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
      <Panel title="Presets" flush>
        {data === undefined ? (
          <Skeleton lines={6} />
        ) : (
          <table>
            <thead>
              <tr>
                <th scope="col">Name in an experiment's file</th>
                <th scope="col">Planned draws over the run</th>
                <th scope="col">Made of</th>
                <th scope="col">
                  <span className="hidden-visually">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {data.curriculumPresets.map(({ name, summary, specification }) => (
                <tr key={name}>
                  <th scope="row" className="mono" style={{ color: "var(--ink)" }}>
                    {name}
                  </th>
                  <td style={{ minWidth: 260, width: "45%" }}>
                    <Plan name={name} specification={specification} />
                  </td>
                  <td className="small" style={{ minWidth: 180 }}>
                    {summary}
                  </td>
                  <td>
                    <Button onClick={() => simulate(name)} aria-label={`Simulate ${name}`}>
                      Simulate
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
    </div>
  );
}

const samplerOf = (specification: unknown): string | undefined => (specification as { sampler?: { kind?: string } } | null)?.sampler?.kind;

function Plan({ name, specification }: { readonly name: string; readonly specification: unknown }) {
  const schedule = scheduleOf(specification);
  const total = schedule?.unit === "step" ? (schedule.stages.at(-1)?.until ?? 100) : 100;
  const shareAt = scheduledShares(specification, total);
  if (shareAt === null) {
    const kind = samplerOf(specification);
    // Runs that others train have one without a sampler: it draws nothing here.
    if (kind === undefined) return <span className="small muted">not known: such runs are trained elsewhere</span>;
    return <span className="small muted">no schedule: the sampler {kind} decides; simulate it</span>;
  }
  const columns = Array.from({ length: 100 }, (_, at) => ({
    fromStep: Math.floor((at * total) / 100) + 1,
    toStep: Math.max(Math.floor((at * total) / 100) + 1, Math.floor(((at + 1) * total) / 100)),
    shares: {},
  }));
  return (
    <ShareStrip label={`Planned draws of ${name} by bucket`} columns={scheduledColumns(shareAt, columns)} totalSteps={total} height={22} />
  );
}

function Users({ arms }: { readonly arms: Used["arms"] }) {
  const byExperiment = [...Map.groupBy(arms, ({ experiment }) => experiment.id).values()];
  return byExperiment.map((same) => {
    const [first] = same;
    if (first === undefined) return null;
    const runs = same.flatMap((arm) => arm.runs);
    return (
      <div key={first.experiment.id} className="small muted">
        <Link href={`/experiments/${encodeURIComponent(first.experiment.id)}`}>{first.experiment.name}</Link>{" "}
        {same.map(({ name }) => name).join(", ")}, {plural(runs.length, "run")}{" "}
        {runs.slice(0, 8).map(({ id }, index) => (
          <Link key={id} href={`/runs/${encodeURIComponent(id)}`} aria-label={`${index + 1}: run ${id}`} style={{ padding: "0 4px" }}>
            {index + 1}
          </Link>
        ))}
      </div>
    );
  });
}
