// Owns: what tests ask of a synthesis through the API, and the shape of the answer. Must not know: what a test expects.
import { get } from "../api/test-api.ts";
import { until } from "./planted-synthesis.ts";

interface Yield {
  readonly kept: number;
  readonly seeds: number;
  readonly teacherCalls: number;
  readonly perSeed: number;
  readonly perTeacherCall: number;
}

export interface TurnAnswer {
  readonly id: string;
  readonly seed: number;
  readonly turn: number;
  readonly request: string;
  readonly aim: string;
  readonly rejection: string | null;
  readonly detail: string | null;
  readonly passes: number | null;
  readonly attempts: number | null;
  readonly from: { readonly place: string; readonly environment: string };
  readonly problem: { readonly id: string; readonly environment: string } | null;
  readonly group: {
    readonly id: string;
    readonly rollouts: readonly { readonly reward: number | null; readonly verdict: string; readonly completion: string }[];
  } | null;
  readonly call: {
    readonly role: string;
    readonly model: string | null;
    readonly reply: string | null;
    readonly request: unknown;
    readonly cached: boolean;
    readonly tries: number;
    readonly failure: string | null;
    readonly promptHash: string;
  } | null;
}

export interface MemberAnswer {
  readonly problem: {
    readonly id: string;
    readonly chain: string | null;
    readonly rung: number | null;
    readonly origin: {
      readonly teacher: string;
      readonly seedSnippet: string | null;
      readonly seedKind: string | null;
      readonly source: string | null;
    };
    readonly parent: { readonly id: string } | null;
  };
  readonly split: string;
  readonly passes: number;
  readonly attempts: number;
}

export interface SynthesisAnswer {
  readonly status: string;
  readonly cause: string | null;
  readonly seedCount: number;
  readonly turnCount: number;
  readonly scoredCount: number;
  readonly problemSet: { readonly id: string; readonly members: { readonly nodes: readonly MemberAnswer[] } } | null;
  readonly usage: readonly {
    readonly role: string;
    readonly model: string | null;
    readonly calls: number;
    readonly cached: number;
    readonly failed: number;
    readonly requests: number;
    readonly promptTokens: number;
    readonly completionTokens: number;
    readonly cost: number;
  }[];
  readonly funnel: readonly {
    readonly turn: number;
    readonly counts: readonly { readonly stage: string; readonly count: number }[];
    readonly measured: number;
    readonly inTarget: number;
    readonly targetHitRate: number | null;
  }[];
  readonly rejections: readonly { readonly rejection: string; readonly count: number }[];
  readonly transitions: readonly { readonly from: string; readonly to: string; readonly count: number }[];
  readonly moved: readonly { readonly request: string; readonly pairs: number; readonly asAsked: number; readonly share: number | null }[];
  readonly singleTurnYield: Yield;
  readonly multiTurnYield: Yield;
  readonly turns: { readonly nodes: readonly TurnAnswer[] };
}

const START = `mutation ($input: StartSynthesisInput!) { startSynthesis(input: $input) { ok error { message fields { path expected } } synthesis { id status } } }`;
const YIELD = "{ kept seeds teacherCalls perSeed perTeacherCall }";
const SYNTHESIS = `query ($id: ID!) { synthesis(id: $id) {
  status cause seedCount turnCount scoredCount
  problemSet { id members(first: 200) { nodes { problem { id chain rung origin { teacher seedSnippet seedKind source } parent { id } } split passes attempts } } }
  usage { role model calls cached failed requests promptTokens completionTokens cost }
  funnel { turn counts { stage count } measured inTarget targetHitRate }
  rejections { rejection count }
  transitions { from to count }
  moved { request pairs asAsked unchanged against share }
  singleTurnYield ${YIELD}
  multiTurnYield ${YIELD}
  turns(first: 200) { nodes { id seed turn request aim rejection detail passes attempts from { place environment } problem { id environment }
    group { id rollouts { reward verdict completion } } call { role model reply request cached tries failure promptHash } } } } }`;

export interface StartAnswer {
  readonly ok: boolean;
  readonly error: { readonly message: string; readonly fields: readonly { readonly path: string; readonly expected: string }[] } | null;
  readonly synthesis: { readonly id: string } | null;
}

export const askToStart = async (url: string, file: object, key?: string): Promise<StartAnswer> =>
  (await get<{ startSynthesis: StartAnswer }>(url, START, { input: { source: JSON.stringify(file), key } })).startSynthesis;

export const readSynthesisAnswer = async (url: string, id: string): Promise<SynthesisAnswer> => {
  const { synthesis } = await get<{ synthesis: SynthesisAnswer | null }>(url, SYNTHESIS, { id });
  if (synthesis === null) throw new Error(`there is no synthesis ${id}`);
  return synthesis;
};

/** Starts it, and asks until it has ended. */
export async function synthesize(url: string, file: object): Promise<SynthesisAnswer> {
  const { synthesis, error } = await askToStart(url, file);
  if (synthesis === null) throw new Error(JSON.stringify(error));
  return until(
    () => readSynthesisAnswer(url, synthesis.id),
    ({ status }) => status !== "QUEUED" && status !== "RUNNING",
  );
}

export const countsOf = (turn: SynthesisAnswer["funnel"][number]): Record<string, number> =>
  Object.fromEntries(turn.counts.map(({ stage, count }) => [stage, count]));
