// Owns: what a run waits for, in words that name the cause. Must not know: SQL, Temporal, clocks.
import type { Stage } from "./stage.ts";

export interface StageWait {
  readonly stage: Stage;
  readonly step: number;
  /** The node that works at it; null: nobody has begun. */
  readonly nodeId: string | null;
  readonly isNodeSilent: boolean;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  readonly seconds: number;
  readonly usualSeconds: number | null;
  /** Which kind of node does the stage. */
  readonly role: string;
  /** Activities in the task queue; null where nobody told. */
  readonly queueDepth: number | null;
  /** Programs in line in the sandboxes of nodes that are heard of. */
  readonly programsWaiting: number;
  readonly nodes: number;
  readonly silentNodes: readonly { readonly id: string; readonly seconds: number }[];
  /** Why no node takes the run, in words; null: one has it, or it has not asked. */
  readonly unplaced: string | null;
}

/** Shorter than this nothing counts as stalled, in seconds. */
const PATIENCE_S = 30;
const USUAL_TIMES = 3;

/** Longer than three times what the stage usually takes, or with nobody there to do it; never within half a minute. */
export const isStalled = ({ seconds, usualSeconds, nodes, silentNodes, isNodeSilent, unplaced }: StageWait): boolean =>
  seconds >= PATIENCE_S &&
  (isNodeSilent || unplaced !== null || nodes === silentNodes.length || (usualSeconds !== null && seconds > USUAL_TIMES * usualSeconds));

/** As in: `update of step 7 waits for rollouts: nobody has begun execute for 40 s: sandbox queue 3 deep, 120 programs in line, 1 of 2 sandbox nodes silent (b for 45 s)`. */
export function stageWaitWords(wait: StageWait): string {
  const {
    stage,
    step,
    nodeId,
    isNodeSilent,
    attempt,
    seconds,
    usualSeconds,
    role,
    queueDepth,
    programsWaiting,
    nodes,
    silentNodes,
    unplaced,
  } = wait;
  const name = stage.toLowerCase();
  const who = role.toLowerCase();
  const head = stage === "UPDATE" ? "" : `update of step ${step} waits for rollouts: `;
  const what = stage === "UPDATE" ? `update of step ${step}` : name;
  const trial = attempt > 1 ? `, attempt ${attempt}` : "";
  const state =
    nodeId === null ? `nobody has begun ${what} for ${whole(seconds)} s` : `${what} has run on ${nodeId} for ${whole(seconds)} s`;
  const causes = [
    ...(usualSeconds === null ? [] : [`it usually takes ${usualSeconds < 10 ? usualSeconds.toFixed(1) : whole(usualSeconds)} s`]),
    ...(isNodeSilent ? [`${nodeId} is silent`] : []),
    ...(queueDepth !== null && queueDepth > 0 ? [`${who} queue ${queueDepth} deep`] : []),
    ...(programsWaiting > 0 ? [`${programsWaiting} programs in line`] : []),
    ...(unplaced === null ? [] : [unplaced]),
    // Why there is no place says so already.
    ...(nodes === 0 && unplaced === null ? [`there is no ${who} node`] : []),
    ...(silentNodes.length > 0
      ? [
          `${silentNodes.length} of ${nodes} ${who} nodes silent (${silentNodes.map(({ id, seconds: of }) => `${id} for ${whole(of)} s`).join(", ")})`,
        ]
      : []),
  ];
  return `${head}${state}${trial}${causes.length === 0 ? "" : `: ${causes.join(", ")}`}`;
}

const whole = (seconds: number): string => String(Math.round(seconds));
