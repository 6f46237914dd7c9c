// Owns: what the control role offers, wired to its database. The workflows own the interfaces.
import type { RolloutSink } from "@gradus/domain";
import type { Database } from "@gradus/prisma";
import type { ControlActivities, ExperimentActivities } from "@gradus/workflows";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { drawProblems, refillProblems } from "./draw-problems.ts";
import { drawEvaluation, drawMeasurement, scoreEvaluation, scoreMeasurement } from "./evaluate-policy.ts";
import { prepareExperiment, setStatusOfExperiment } from "./prepare-experiment.ts";
import { rewardRollouts } from "./reward-rollouts.ts";
import { steerRun } from "./steer-run.ts";

interface Deps {
  readonly database: Database;
  readonly sink: RolloutSink;
  readonly sandbox: () => Promise<Sandbox>;
  readonly nodeId: string;
}

export const controlActivities = ({ database, sink, sandbox, nodeId }: Deps) =>
  ({
    ...steerRun(database),
    drawProblems: drawProblems(database),
    refillProblems: refillProblems(database),
    rewardRollouts: rewardRollouts({ database, sink, nodeId }),
    drawEvaluation: drawEvaluation(database),
    scoreEvaluation: scoreEvaluation(database),
    prepareExperiment: prepareExperiment({ database, sandbox }),
    drawMeasurement: drawMeasurement(database),
    scoreMeasurement: scoreMeasurement(database),
    setExperimentStatus: setStatusOfExperiment(database),
  }) satisfies ControlActivities & ExperimentActivities;
