// Owns: what the control role offers, wired to its database. The workflows own the interfaces.
import type { RolloutSink } from "@gradus/domain";
import type { Database } from "@gradus/prisma";
import type { ControlActivities, ExperimentActivities, SynthesisActivities } from "@gradus/workflows";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { drawProblems, refillProblems } from "./draw-problems.ts";
import { drawEvaluation, drawMeasurement, scoreEvaluation, scoreMeasurement } from "./evaluate-policy.ts";
import { prepareExperiment, setStatusOfExperiment } from "./prepare-experiment.ts";
import { problemPools } from "./problem-pools.ts";
import { rewardRollouts } from "./reward-rollouts.ts";
import { askStudent } from "./synthesis/ask-student.ts";
import { collectProblems } from "./synthesis/collect-problems.ts";
import { prepareSynthesis } from "./synthesis/prepare-synthesis.ts";
import { scoreProblems } from "./synthesis/score-problems.ts";
import { setStatusOfSynthesis } from "./synthesis/set-status.ts";
import { writeProblems } from "./synthesis/write-problems.ts";
import type { ModelKeys } from "../teacher/openai-model.ts";
import { steerRun } from "./steer-run.ts";

interface Deps {
  readonly database: Database;
  readonly sink: RolloutSink;
  readonly sandbox: () => Promise<Sandbox>;
  readonly modelKeys: ModelKeys;
  readonly nodeId: string;
}

export const controlActivities = ({ database, sink, sandbox, modelKeys, nodeId }: Deps) => {
  const pools = problemPools(database);
  return {
    ...steerRun(database, pools),
    drawProblems: drawProblems({ database, pools }),
    refillProblems: refillProblems({ database, pools }),
    rewardRollouts: rewardRollouts({ database, pools, sink, nodeId }),
    drawEvaluation: drawEvaluation(database),
    scoreEvaluation: scoreEvaluation(database),
    prepareExperiment: prepareExperiment({ database, sandbox }),
    drawMeasurement: drawMeasurement(database),
    scoreMeasurement: scoreMeasurement(database),
    setExperimentStatus: setStatusOfExperiment(database),
    prepareSynthesis: prepareSynthesis(database),
    writeProblems: writeProblems({ database, sandbox, keys: modelKeys }),
    askStudent: askStudent({ database, keys: modelKeys }),
    scoreProblems: scoreProblems(database),
    collectProblems: collectProblems(database),
    setSynthesisStatus: setStatusOfSynthesis(database),
  } satisfies ControlActivities & ExperimentActivities & SynthesisActivities;
};
