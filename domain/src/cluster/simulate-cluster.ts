// Owns: a discrete-event model of runs over policy nodes and sandboxes: who waits for whom, and how full each kind of machine is. Must not know: clocks, files.
import { z } from "zod";
import { stream } from "../random.ts";
import { EventQueue } from "./event-queue.ts";

const seconds = z.number().min(0);

/** Seconds of one stage of one step on one machine: mean, and the coefficient of variation of a lognormal. */
const StageTime = z.strictObject({ mean: seconds, variation: z.number().min(0).max(5).default(0) });

export const ClusterSpec = z.strictObject({
  /** Nodes that generate and update; a run stays on one. */
  policyNodes: z.number().int().min(1).max(100_000),
  /** GPUs a node, for telling results by GPU. */
  gpusPerNode: z.number().int().min(1).default(1),
  /** Runs that a node holds at once; they take turns on its engine. */
  runsPerNode: z.number().int().min(1).max(64).default(1),
  /** Programs executed at once, over all sandbox nodes. */
  sandboxSlots: z.number().int().min(1).max(1_000_000),
  runs: z.number().int().min(1).max(100_000),
  steps: z.number().int().min(1).max(100_000),
  rolloutsPerStep: z.number().int().min(1).max(1_000_000),
  /** Policy versions that a rollout may be old; 0 = each step waits for the one before. */
  maxStaleness: z.number().int().min(0).max(8).default(0),
  /** Control activities that run at once. */
  controlSlots: z.number().int().min(1).default(16),
  generate: StageTime,
  /** Of one rollout. */
  execute: StageTime,
  reward: StageTime,
  update: StageTime,
  /** Seconds of a step in which no stage of it is under way: what passes between stages, on no machine of these kinds. */
  orchestration: StageTime.prefault({ mean: 0 }),
});
export type ClusterSpec = z.infer<typeof ClusterSpec>;

export interface ClusterForecast {
  /** Until the last run ended. */
  readonly seconds: number;
  readonly stepsPerHour: number;
  readonly rolloutsPerHour: number;
  /** Mean over runs of a step's seconds, first to last. */
  readonly secondsPerStep: number;
  /** Shares of 0 to 1 of all machines of a kind, over the whole time. */
  readonly utilisation: Readonly<Record<"policy" | "sandbox" | "control", number>>;
  /** Mean seconds for which a stage that could begin waited for a machine. */
  readonly waitSeconds: Readonly<Record<"policy" | "sandbox" | "control", number>>;
  /** Mean policy versions between the weights that sampled and those that were trained. */
  readonly staleness: number;
  /** The kind that is fullest. */
  readonly bottleneck: "policy" | "sandbox" | "control";
}

type Kind = "policy" | "sandbox" | "control";

/** Machines of one kind: a job waits in order of arrival until one is free. */
class Pool {
  readonly #events: EventQueue;
  readonly #waiting: { readonly since: number; readonly seconds: number; readonly done: () => void }[] = [];
  #head = 0;
  #free: number;
  readonly size: number;
  busy = 0;
  waited = 0;
  jobs = 0;

  constructor(events: EventQueue, size: number) {
    this.#events = events;
    this.#free = size;
    this.size = size;
  }

  take(seconds: number, done: () => void): void {
    this.#waiting.push({ since: this.#events.now, seconds, done });
    this.#begin();
  }

  #begin(): void {
    while (this.#free > 0 && this.#head < this.#waiting.length) {
      const job = this.#waiting[this.#head];
      if (job === undefined) return;
      this.#head += 1;
      if (this.#head > 1_024 && this.#head * 2 > this.#waiting.length) {
        this.#waiting.splice(0, this.#head);
        this.#head = 0;
      }
      this.#free -= 1;
      this.busy += job.seconds;
      this.waited += this.#events.now - job.since;
      this.jobs += 1;
      this.#events.after(job.seconds, () => {
        this.#free += 1;
        job.done();
        this.#begin();
      });
    }
  }
}

/** Plays the runs from start to end. The same specification and seed give the same forecast. */
export function simulateCluster(spec: ClusterSpec, seed: number): ClusterForecast {
  const random = stream(`cluster/${seed}`);
  const draw = ({ mean, variation }: ClusterSpec["generate"]): number => {
    if (variation === 0 || mean === 0) return mean;
    const sigma2 = Math.log(1 + variation ** 2);
    return mean * Math.exp(Math.sqrt(sigma2) * random.normal() - sigma2 / 2);
  };
  const events = new EventQueue();
  const nodes = Array.from({ length: spec.policyNodes }, () => ({ engine: new Pool(events, 1), held: 0 }));
  const sandbox = new Pool(events, spec.sandboxSlots);
  const control = new Pool(events, spec.controlSlots);
  let waiting = spec.runs;
  let steps = 0;
  let stepSeconds = 0;
  let stale = 0;

  const placeRuns = (): void => {
    for (const node of nodes)
      while (waiting > 0 && node.held < spec.runsPerNode) {
        waiting -= 1;
        node.held += 1;
        play(node);
      }
  };

  /** Half of what passes between stages: before sampling, whose problems are drawn first, and after the update. */
  const between = (then: () => void): void => {
    const seconds = draw(spec.orchestration) / 2;
    if (seconds === 0) then();
    else events.after(seconds, then);
  };

  /**
   * One run on its node, as workflows' training loop goes: rollouts of up to `maxStaleness` steps ahead are sampled beside executing and crediting a step,
   * each with the weights that are there when it begins; a step is executed when it is its turn, and its update waits until nothing is being sampled.
   */
  const play = (node: (typeof nodes)[number]): void => {
    const began = events.now;
    let step = 1;
    let phase: "sampling" | "executing" | "credited" | "updating" = "sampling";
    let generated = 0;
    let isGenerating = false;
    const sampledBy = new Map<number, number>();
    const proceed = (): void => {
      const ahead = Math.min(step + spec.maxStaleness, spec.steps);
      if (!isGenerating && generated < ahead) {
        isGenerating = true;
        const version = step - 1;
        const sample = (): void =>
          node.engine.take(draw(spec.generate), () => {
            isGenerating = false;
            generated += 1;
            sampledBy.set(generated, version);
            proceed();
          });
        between(sample);
      }
      if (phase === "sampling" && generated >= step) {
        phase = "executing";
        execute();
      }
      if (phase === "credited" && generated === ahead) {
        phase = "updating";
        node.engine.take(draw(spec.update), () => {
          stale += step - 1 - (sampledBy.get(step) ?? 0);
          sampledBy.delete(step);
          steps += 1;
          between(() => {
            if (step === spec.steps) return finish();
            step += 1;
            phase = "sampling";
            proceed();
          });
        });
      }
    };
    const execute = (): void => {
      let left = spec.rolloutsPerStep;
      for (let rollout = 0; rollout < spec.rolloutsPerStep; rollout += 1)
        sandbox.take(draw(spec.execute), () => {
          left -= 1;
          if (left > 0) return;
          control.take(draw(spec.reward), () => {
            phase = "credited";
            proceed();
          });
        });
    };
    const finish = (): void => {
      stepSeconds += events.now - began;
      node.held -= 1;
      placeRuns();
    };
    proceed();
  };

  placeRuns();
  events.run();
  const total = events.now;
  const policy = { busy: sum(nodes, "busy"), waited: sum(nodes, "waited"), jobs: sum(nodes, "jobs"), size: nodes.length };
  const pools: Record<Kind, { busy: number; waited: number; jobs: number; size: number }> = { policy, sandbox, control };
  const each = (of: (pool: (typeof pools)[Kind]) => number): Record<Kind, number> => ({
    policy: of(pools.policy),
    sandbox: of(pools.sandbox),
    control: of(pools.control),
  });
  const utilisation = each(({ busy, size }) => (total === 0 ? 0 : busy / (size * total)));
  return {
    seconds: total,
    stepsPerHour: (steps / total) * 3_600,
    rolloutsPerHour: ((steps * spec.rolloutsPerStep) / total) * 3_600,
    secondsPerStep: stepSeconds / steps,
    utilisation,
    waitSeconds: each(({ waited, jobs }) => (jobs === 0 ? 0 : waited / jobs)),
    staleness: stale / steps,
    bottleneck: (["policy", "sandbox", "control"] as const).reduce((most, kind) => (utilisation[kind] > utilisation[most] ? kind : most)),
  };
}

const sum = (nodes: readonly { readonly engine: Pool }[], of: "busy" | "waited" | "jobs"): number =>
  nodes.reduce((all, { engine }) => all + engine[of], 0);
