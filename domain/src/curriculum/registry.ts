// Owns: which samplers and gates exist. Adding one is adding its file and its line here. Must not know: what any of them does.
import type { AnyGate } from "./gate.ts";
import { gate as zeroVariance } from "./gates/zero-variance.ts";
import type { AnySampler } from "./sampler.ts";
import { sampler as schedule } from "./samplers/schedule.ts";
import { sampler as uniform } from "./samplers/uniform.ts";

export const SAMPLERS: readonly AnySampler[] = [uniform, schedule];

export const GATES: readonly AnyGate[] = [zeroVariance];
