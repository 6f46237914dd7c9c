// Owns: what runs of an experiment leave behind, written as plain rows: steps, groups, rollouts, evaluations, points. Must not know: assertions.
import { contentHash } from "@gradus/domain";
import type { StepSummary } from "@gradus/domain";
import type { Database } from "@gradus/prisma/database";
import { inRun, recordPoints } from "@gradus/prisma/training/run-transaction";
import { freezeProblemSet } from "@gradus/prisma/training/problem-set-store";

const EMBEDDED_HASH = "0".repeat(64);

const summary: StepSummary = {
  rewardMean: 0.5,
  passRate: 0.5,
  passRateByBucket: { EASY: 0.75 },
  drawnByBucket: { EASY: 2 },
  groups: 2,
  admitted: 1,
  solvedNone: 1,
  solvedAll: 0,
  sandboxErrors: 1,
  sandboxErrorRate: 0.25,
  completionTokensMean: 12,
  truncatedRate: 0,
  uniqueProblems: 2,
};

/** Six problems, of which two are held out. Returns the set's id. */
export function fillProblems({ sql }: Database): Promise<string> {
  const problems = Array.from({ length: 6 }, (_, index) => {
    const content = {
      environment: "INDUCTION" as const,
      message: `double and add ${index}`,
      entryPoint: "f",
      reference: `def f(x):\n    return x * 2 + ${index}`,
      tests: [
        {
          kind: "call" as const,
          args: "1",
          expected: String(2 + index),
        },
      ],
      visibleTests: 1,
    };
    return {
      ...content,
      contentHash: contentHash(content),
      astHash: `ast${index}`,
      origin: { teacher: "test" },
      operations: ["multiply", "add"],
      split: index < 4 ? ("TRAIN" as const) : ("HELD_OUT" as const),
      passRate: {
        passes: 16,
        attempts: 32,
      },
      bucket: "MEDIUM" as const,
    };
  });
  return freezeProblemSet(sql, "default", "six", problems);
}

/** `steps` completed steps with two groups of two rollouts, a retried stage, versions, evaluations before and after, and points. */
export async function fillRun(
  db: Database,
  runId: string,
  problemSetId: string,
  { steps = 3, reward = (step: number): number => step / 10, passes = 2 } = {},
): Promise<void> {
  const { prisma, sql } = db;
  const run = await prisma.run.findUniqueOrThrow({ where: { id: runId } });
  const members = await prisma.problemSetMember.findMany({ where: { problemSetId }, orderBy: { ordinal: "asc" } });
  await prisma.node.createMany({ data: { id: "node-1", roles: ["POLICY"], labels: {}, capabilities: {} }, skipDuplicates: true });
  await prisma.checkpoint.createMany({
    data: { contentHash: EMBEDDED_HASH, bytes: 3_000_000_000n, engine: "embedded" },
    skipDuplicates: true,
  });
  await prisma.run.update({
    where: { id: runId },
    data: { status: "RUNNING", nodeId: "node-1", stepsDone: steps, policyVersion: steps, startedAt: new Date() },
  });
  for (let version = 0; version <= steps; version++) {
    const report = {
      loss: 0.1,
      entropy: 1,
      klToSampler: 0,
      clipFraction: 0,
      maxLogProbGap: 0,
      gradNorm: 1,
      learningRate: 1e-3,
      tokens: 10,
      rollouts: 4,
    };
    await prisma.policyVersion.create({
      data: { runId, version, step: version, checkpointHash: EMBEDDED_HASH, ...(version === 0 ? {} : { report }) },
    });
    await prisma.curriculumState.create({ data: { runId, step: version, state: { at: version } } });
  }
  for (let step = 1; step <= steps; step++) {
    const scope = `${runId}/step/${step}`;
    await prisma.step.create({ data: { runId, step, policyVersion: step - 1, completedAt: new Date(), summary } });
    await prisma.stageExecution.createMany({
      data: (["LOST", "COMPLETED"] as const).map((outcome, index) => ({
        id: `${scope}/GENERATE/${index + 1}`,
        scope,
        scopeKind: "STEP" as const,
        experimentId: run.experimentId,
        runId,
        step,
        stage: "GENERATE" as const,
        attempt: index + 1,
        nodeId: "node-1",
        outcome,
        startedAt: new Date(1e6 * step + index),
        endedAt: new Date(1e6 * step + 10),
      })),
    });
    for (const ordinal of [0, 1]) {
      const problemId = members[ordinal]?.problemId ?? "";
      const id = `${scope}/${ordinal}`;
      await prisma.group.create({
        data: {
          id,
          scope,
          scopeKind: "STEP",
          runId,
          step,
          ordinal,
          problemId,
          bucket: "EASY",
          size: 2,
          prompt: "pose",
          admitted: ordinal === 0,
          refusedBy: ordinal === 0 ? null : "zero-variance",
          meanReward: 0.5,
        },
      });
      await prisma.rollout.createMany({
        data: [0, 1].map((index) => ({
          id: `${id}/${index}`,
          groupId: id,
          index,
          policyVersion: step - 1,
          policyHash: EMBEDDED_HASH,
          completion: "return x",
          promptTokens: [1, 2, 3],
          completionTokens: [4, 5],
          logProbs: [-0.1, -0.2],
          finishReason: "stop",
          attempt: 1,
          verdict: "EXECUTED" as const,
          reward: index,
          advantage: index - 0.5,
          execution: {
            verdict: "EXECUTED",
            tests: [{ verdict: index === 1 ? "OK" : "WRONG" }],
            cpuMs: 3,
            wallMs: 4,
            stdout: "",
            stderr: "",
          },
        })),
      });
    }
    await inRun(sql, runId, null, (tx, emit) => recordPoints(tx, emit, runId, [{ name: "train/reward", step, value: reward(step) }]));
  }
  const heldOut = members.filter(({ split }) => split === "HELD_OUT");
  for (const [step, right] of [
    [0, 1],
    [steps, passes],
  ] as const) {
    const id = `${runId}/evaluation/${step}`;
    await prisma.evaluation.create({
      data: {
        id,
        experimentId: run.experimentId,
        runId,
        step,
        policyVersion: step,
        policyHash: EMBEDDED_HASH,
        problemSetId,
        samples: 4,
        temperature: 1,
        harnessHash: "harness",
        problemsHash: "problems",
        completedAt: new Date(),
        results: {
          create: heldOut.map(({ problemId }) => ({
            problemId,
            bucket: "MEDIUM" as const,
            passes: right,
            samples: 4,
          })),
        },
      },
    });
  }
}
