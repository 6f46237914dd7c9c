// Owns: which samplers and gates exist. Adding one is adding its file and its line here. Must not know: what any of them does.
import type { AnyGate } from "./gate.ts";
import { gate as passRateBandGate } from "./gates/pass-rate-band.ts";
import { gate as varianceThreshold } from "./gates/variance-threshold.ts";
import { gate as zeroVariance } from "./gates/zero-variance.ts";
import type { AnySampler } from "./sampler.ts";
import { sampler as adarft } from "./samplers/adarft.ts";
import { sampler as difficultyPools } from "./samplers/difficulty-pools.ts";
import { sampler as dots } from "./samplers/dots.ts";
import { sampler as dump } from "./samplers/dump.ts";
import { sampler as e2hCosine } from "./samplers/e2h-cosine.ts";
import { sampler as e2hGaussian } from "./samplers/e2h-gaussian.ts";
import { sampler as gaussianPassRate } from "./samplers/gaussian-pass-rate.ts";
import { sampler as goldilocks } from "./samplers/goldilocks.ts";
import { sampler as greso } from "./samplers/greso.ts";
import { sampler as hardFocus } from "./samplers/hard-focus.ts";
import { sampler as learnability } from "./samplers/learnability.ts";
import { sampler as learnableKinds } from "./samplers/learnable-kinds.ts";
import { sampler as mopps } from "./samplers/mopps.ts";
import { sampler as passRateBand } from "./samplers/pass-rate-band.ts";
import { sampler as plr } from "./samplers/plr.ts";
import { sampler as prioritized } from "./samplers/prioritized.ts";
import { sampler as promptReplay } from "./samplers/prompt-replay.ts";
import { sampler as r3 } from "./samplers/r3.ts";
import { sampler as recrl } from "./samplers/recrl.ts";
import { sampler as retireSolved } from "./samplers/retire-solved.ts";
import { sampler as rlve } from "./samplers/rlve.ts";
import { sampler as scaler } from "./samplers/scaler.ts";
import { sampler as schedule } from "./samplers/schedule.ts";
import { sampler as sec } from "./samplers/sec.ts";
import { sampler as staged } from "./samplers/staged.ts";
import { sampler as sws } from "./samplers/sws.ts";
import { sampler as tarot } from "./samplers/tarot.ts";
import { sampler as uniform } from "./samplers/uniform.ts";

/** In the order of paper section 7. */
export const SAMPLERS: readonly AnySampler[] = [
  uniform,
  staged,
  schedule,
  passRateBand,
  e2hCosine,
  e2hGaussian,
  gaussianPassRate,
  adarft,
  sec,
  dump,
  learnability,
  greso,
  dots,
  mopps,
  goldilocks,
  prioritized,
  retireSolved,
  difficultyPools,
  scaler,
  rlve,
  learnableKinds,
  tarot,
  hardFocus,
  promptReplay,
  recrl,
  plr,
  sws,
  r3,
];

export const GATES: readonly AnyGate[] = [zeroVariance, passRateBandGate, varianceThreshold];
