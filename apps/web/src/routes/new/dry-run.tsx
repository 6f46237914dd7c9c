// Owns: what an experiment would be before it is paid for. Must not know: editors, how it is resolved.
import { formatCount, plural } from "../../format/number.ts";

interface DryRunProps {
  readonly specification: unknown;
  readonly runCount: number;
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

export function DryRun({ specification, runCount }: DryRunProps) {
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
