// Owns: that what a dry run says of completions holds for what curricula draw and what steps come to. Must not know: the API.
import { createCurriculum, CurriculumSpec, planRound, resolveCurriculum, roundsOf, TrainingSpec } from "@gradus/domain";
import type { PoolProblem, RoundGroup } from "@gradus/domain";
import { stepTokens } from "@gradus/domain/step-tokens";
import { expect, test } from "vitest";

const evaluation = { problems: 10, samples: 3 };
const training = TrainingSpec.parse({ groupsPerStep: 4, groupSize: 8, sampling: { maxTokens: 100 } });
const problems: PoolProblem[] = Array.from({ length: 400 }, (_, index) => ({
  id: `p${index}`,
  bucket: "MEDIUM" as const,
  passRate: 0.5,
})) as never;

/** Completions of one step whose groups are all solved by the same share, played to its end. */
function played(spec: CurriculumSpec, passes: (size: number) => number): { readonly first: number; readonly all: number } {
  const curriculum = () => createCurriculum(spec, problems, 10, 1);
  const wish = { step: 1, groupsPerStep: 4, groupSize: 8 };
  const outcome = (ordinal: number, problemId: string, size: number): RoundGroup =>
    ({
      ordinal,
      size,
      problemId,
      bucket: "MEDIUM",
      rewards: Array.from({ length: size }, (_, at) => (at < passes(size) ? 1 : 0)),
    }) as never;
  let groups = curriculum()
    .plan(1, 4, { round: 1, groupSize: 8 })
    .map(({ problemId, size }, ordinal) => outcome(ordinal, problemId, size));
  const sum = (): number => groups.reduce((total, { size }) => total + size, 0);
  const first = sum();
  for (let round = 2; round <= roundsOf(spec); round++) {
    const { grow, add } = planRound(curriculum(), spec, groups, { ...wish, round });
    if (grow.length + add.length === 0) break;
    groups = groups.map((group) => {
      const grown = grow.find(({ ordinal }) => ordinal === group.ordinal);
      return grown === undefined ? group : outcome(group.ordinal, group.problemId, grown.size);
    });
    groups.push(...add.map(({ problemId, size }, at) => outcome(groups.length + at, problemId, size)));
  }
  return { first, all: sum() };
}

for (const name of ["uniform", "dapo", "speed-rl"])
  test(`${name}: the first round is as said, and no step samples more than the bound`, () => {
    const spec = CurriculumSpec.parse(resolveCurriculum(name));
    const said = stepTokens(spec, training, evaluation);
    for (const passes of [() => 0, (size: number) => size, (size: number) => size / 2, (size: number) => (size < 8 ? 2 : 8)]) {
      const { first, all } = played(spec, passes);
      expect({ least: first, most: first }).toEqual(said.firstRound);
      expect(all).toBeLessThanOrEqual(said.inAll);
    }
    if (name === "dapo") expect(played(spec, () => 0).all).toBe(said.inAll);
  });

test("a policy that writes first samples for that alone, and at most a group more for every rollout that wrote", () => {
  const spec = CurriculumSpec.parse({ sampler: { kind: "uniform" }, proposals: { attempts: 3 } });
  const said = stepTokens(spec, training, evaluation);
  const written = Array.from({ length: 2 * 8 }, (_, at) => ({ ...problems[at]!, id: `w${at}`, written: true as const }));
  const curriculum = createCurriculum(spec, [...problems, ...written], 10, 1);
  const first = curriculum.proposals(1, 4, new Set()).length * curriculum.fullSize(1, 8);
  const solving = curriculum.planSolving(
    1,
    4,
    8,
    written.map(({ id }) => id),
  );
  expect(said.firstRound).toEqual({ least: first, most: first });
  expect(first + solving.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(said.inAll);
  expect([said.inAll, said.trainedOn]).toEqual([16 + 16 + 48, 32]);
});

test("allotted group sizes give a range, and tokens are counted by what a completion may take", () => {
  const said = stepTokens(
    {
      allocation: [
        { until: 0.5, rollouts: 8 },
        { until: 1, rollouts: 64 },
      ],
    },
    training,
    evaluation,
  );
  expect(said).toEqual({ maxTokens: 100, firstRound: { least: 32, most: 256 }, inAll: 256, trainedOn: 256, evaluation: 30, uncounted: [] });
});

test("an evaluation counts its suites, and names those whose size only their sets know", () => {
  const suites = [
    { name: "own", domain: "IN_DOMAIN", problems: 5 },
    { name: "lcb", domain: "IN_DOMAIN", samples: 10 },
  ] as const;
  const { evaluation: completions, uncounted } = stepTokens(CurriculumSpec.parse(resolveCurriculum("uniform")), training, {
    ...evaluation,
    suites: [...suites],
  });
  expect([completions, uncounted]).toEqual([45, ["lcb"]]);
});
