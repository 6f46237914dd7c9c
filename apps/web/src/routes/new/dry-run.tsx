// Owns: what an experiment would be before it is paid for. Must not know: editors, how it is resolved.
import { formatCount, plural } from "../../format/number.ts";
import type { ValidateExperimentMutation } from "../../generated/graphql.ts";

type Selections = NonNullable<ValidateExperimentMutation["validateExperiment"]["selections"]>;

interface DryRunProps {
  readonly specification: unknown;
  readonly runCount: number;
  /** Of the arms that name a part of the training problems. */
  readonly selections: Selections;
}

interface Resolved {
  readonly seeds?: readonly number[];
  readonly concurrency?: number;
  readonly arms?: readonly {
    readonly name: string;
    readonly curriculum?: { readonly sampler?: { readonly kind?: string } } | string;
    readonly training?: { readonly steps?: number; readonly groupsPerStep?: number; readonly groupSize?: number };
    readonly evaluation?: { readonly every?: number; readonly problems?: number; readonly samples?: number };
  }[];
}

export function DryRun({ specification, runCount, selections }: DryRunProps) {
  const { seeds = [], concurrency = 1, arms = [] } = specification as Resolved;
  const rows = arms.map(({ name, curriculum, training = {}, evaluation = {} }) => {
    const { steps = 0, groupsPerStep = 0, groupSize = 0 } = training;
    const { every = 0, problems = 0, samples = 0 } = evaluation;
    const evaluations = 2 + (every > 0 ? Math.max(0, Math.ceil(steps / every) - 1) : 0);
    return { name, curriculum, steps, rollouts: steps * groupsPerStep * groupSize, evaluated: evaluations * problems * samples };
  });
  const total = rows.reduce((sum, { rollouts, evaluated }) => sum + (rollouts + evaluated) * seeds.length, 0);
  return (
    <div className="stack" style={{ gap: 10 }}>
      <p>
        <strong>{plural(runCount, "run")}</strong>: {plural(arms.length, "arm")} × {plural(seeds.length, "seed")}, {concurrency} at a time,
        about <strong>{formatCount(total)}</strong> rollouts in all.
      </p>
      <div style={{ overflowX: "auto" }} tabIndex={0} role="group" aria-label="Arms of the dry run">
        <table>
          <thead>
            <tr>
              <th scope="col">Arm</th>
              <th scope="col">Sampler</th>
              <th scope="col">Steps</th>
              <th scope="col">Rollouts a run</th>
              <th scope="col">Evaluated a run</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, curriculum, steps, rollouts, evaluated }) => (
              <tr key={name}>
                <td>{name}</td>
                <td>{typeof curriculum === "string" ? curriculum : (curriculum?.sampler?.kind ?? "–")}</td>
                <td>{formatCount(steps)}</td>
                <td>{formatCount(rollouts)}</td>
                <td>{formatCount(evaluated)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {selections.length > 0 && <SelectionTable selections={selections} />}
      <p className="small muted">
        Curricula that screen, refill or resize groups take other numbers of rollouts; step 0 is evaluated once for runs of equal weights.
      </p>
      <details>
        <summary>With every default filled in</summary>
        <pre>{JSON.stringify(specification, null, 2)}</pre>
      </details>
    </div>
  );
}

const partsText = (parts: Selections[number]["buckets"]): string =>
  parts.map(({ name, problems }) => `${name.toLowerCase().replaceAll("_", "-")} ${formatCount(problems)}`).join(", ");

const SelectionTable = ({ selections }: { readonly selections: Selections }) => (
  <div style={{ overflowX: "auto" }} tabIndex={0} role="group" aria-label="Problems that arms select">
    <table>
      <thead>
        <tr>
          <th scope="col">Arm</th>
          <th scope="col">Trains on</th>
          <th scope="col">Difficulty</th>
          <th scope="col">Environments</th>
          <th scope="col">Selection</th>
        </tr>
      </thead>
      <tbody>
        {selections.map(({ arm, problems, of, buckets, environments, hash, note }) => (
          <tr key={arm}>
            <td>{arm}</td>
            <td>
              {formatCount(problems)} of {plural(of, "problem")}
            </td>
            <td>{partsText(buckets)}</td>
            <td>{partsText(environments)}</td>
            <td>
              <span className="mono" title={hash}>
                {hash.slice(0, 12)}
              </span>
              {note != null && <div className="small muted">{note}</div>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
