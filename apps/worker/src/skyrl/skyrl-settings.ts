// Owns: what a node's surroundings say of the SkyRL server it keeps. Must not know: how one is started.
import { ConfigurationError } from "@gradus/domain";
import { z } from "zod";
import type { SkyrlOptions } from "./skyrl-process.ts";

const Surroundings = z.object({
  GRADUS_SKYRL_PYTHON: z.string().min(1),
  GRADUS_SKYRL_MODEL: z.string().min(1),
  GRADUS_SKYRL_FOLDER: z.string().min(1),
  GRADUS_SKYRL_PORT: z.coerce.number().int().min(1).max(65_535).default(8_200),
  GRADUS_SKYRL_BACKEND: z.string().min(1).default("jax"),
  GRADUS_SKYRL_CONFIG: z
    .string()
    .default("{}")
    .transform((text, context): Record<string, unknown> => {
      try {
        return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
      } catch {
        // Said in the variable's own name, below.
        context.addIssue("is no JSON object");
        return {};
      }
    }),
});

/** @throws ConfigurationError naming the variable that is absent or wrong */
export function skyrlSettings(env: NodeJS.ProcessEnv): SkyrlOptions {
  const read = Surroundings.safeParse(env);
  if (!read.success)
    throw new ConfigurationError(`--skyrl: ${read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ")}`);
  const { data } = read;
  return {
    python: data.GRADUS_SKYRL_PYTHON,
    baseModel: data.GRADUS_SKYRL_MODEL,
    folder: data.GRADUS_SKYRL_FOLDER,
    port: data.GRADUS_SKYRL_PORT,
    backend: data.GRADUS_SKYRL_BACKEND,
    backendConfig: data.GRADUS_SKYRL_CONFIG,
  };
}
