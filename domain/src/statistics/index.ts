// Owns: the list of what the statistics offer. Must not know: who asks.
export * from "./bootstrap.ts";
export * from "./curve.ts";
export * from "./interval.ts";
export * from "./mean.ts";
export * from "./multiple-testing.ts";
export * from "./paired.ts";
export * from "./pass-at-k.ts";
export * from "./proportion.ts";
export * from "./verdict-sentence.ts";
