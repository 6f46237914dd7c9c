// Owns: the list of what the statistics offer. Must not know: who asks.
export * from "./statistics/bootstrap.ts";
export * from "./statistics/curve.ts";
export * from "./statistics/interval.ts";
export * from "./statistics/mean.ts";
export * from "./statistics/multiple-testing.ts";
export * from "./statistics/paired.ts";
export * from "./statistics/pass-at-k.ts";
export * from "./statistics/power.ts";
export * from "./statistics/proportion.ts";
export * from "./statistics/sigmoid-fit.ts";
export * from "./statistics/solve-rate.ts";
export * from "./statistics/verdict-sentence.ts";
