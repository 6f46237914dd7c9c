// Owns: the API's settings out of the process's environment. Must not know: what they are used for.
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { MAX_SOCKETS } from "./limits.ts";

const Environment = z.object({
  DATABASE_URL: z.string().min(1),
  TEMPORAL_ADDRESS: z.string().min(1),
  /** 0: a free one. */
  GRADUS_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  GRADUS_HOST: z.string().default("127.0.0.1"),
  /** A folder, or `s3://bucket/prefix` (prisma/src/open-blob-store.ts names its variables). */
  GRADUS_BLOBS: z.string().min(1),
  /** The secret that nodes without the database share with the API; needed where GRADUS_HOST is not loopback. */
  GRADUS_NODE_KEY: z
    .string()
    .transform((key) => key || undefined)
    .refine((key) => key === undefined || key.length >= 24, "shorter than 24 characters: make one with `openssl rand -hex 32`")
    .optional(),
  /** Opens everything: how the first API key is made where the API is reached from elsewhere. */
  GRADUS_ADMIN_KEY: z
    .string()
    .transform((key) => key || undefined)
    .refine((key) => key === undefined || key.length >= 24, "shorter than 24 characters: make one with `openssl rand -hex 32`")
    .optional(),
  /** "1": API keys are asked for on loopback too, as behind a proxy on the same machine. Beyond loopback they always are. */
  GRADUS_REQUIRE_KEY: z.enum(["0", "1", ""]).optional(),
  /** How often each key may ask, times a minute, over all API processes; absent: as often as it likes. */
  GRADUS_REQUESTS_PER_MINUTE: z
    .string()
    .transform((text) => (text === "" ? undefined : Number(text)))
    .refine((count) => count === undefined || (Number.isInteger(count) && count > 0), "a whole number above 0")
    .optional(),
  /** "0": clients may not read the schema. */
  GRADUS_INTROSPECTION: z.enum(["0", "1", ""]).optional(),
  /** A manifest of persisted queries (`npm run operations -- <file>` writes that of the page and `gradus`): only those are executed. */
  GRADUS_OPERATIONS: z
    .string()
    .transform((path) => path || undefined)
    .optional(),
  /** Folder of the built page; absent: where `npm run build -w apps/web` leaves it. */
  GRADUS_WEB: z.string().default(fileURLToPath(new URL("../../web/dist", import.meta.url))),
  /** Further hosts, as clients write them, separated by commas: needed behind a proxy. */
  GRADUS_ALLOWED_HOSTS: z.string().default(""),
  /** For so many days a deleted run or experiment can be restored. */
  GRADUS_KEEP_DELETED_DAYS: z.coerce.number().min(0).max(3_650).default(7),
  /** Where alert rules may send webhooks: origins separated by commas, or `public` for https hosts on the internet. Empty: nowhere. */
  GRADUS_WEBHOOKS: z.string().default(""),
  /** WebSockets, and as many streams of server-sent events, that this process serves. */
  GRADUS_MAX_SOCKETS: z.coerce.number().int().min(1).default(MAX_SOCKETS),
  GRADUS_LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "silent"]).default("info"),
});
export type Environment = z.infer<typeof Environment>;

/** @throws Error that names every variable that is missing or wrong */
export function readEnvironment(variables: NodeJS.ProcessEnv): Environment {
  const parsed = Environment.safeParse(variables);
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));
}
