// Owns: the engines that an experiment may name. Must not know: what they do.
import { z } from "zod";

/** embedded: weights in the node's own process. tinker: behind a server that speaks the Tinker API. A node serves one of them. */
export const PolicyEngineName = z.enum(["embedded", "tinker"]);
export type PolicyEngineName = z.infer<typeof PolicyEngineName>;
