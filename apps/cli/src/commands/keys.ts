// Owns: the words and flags of `gradus keys create|list|revoke`. Must not know: how keys are kept or checked.
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { request } from "../client/api-client.ts";
import { ApiKeysDocument, CreateApiKeyDocument, RevokeApiKeyDocument } from "../client/generated/operations.ts";
import type { KeyPartsFragment, KeyScope } from "../client/generated/operations.ts";
import { accepted } from "../client/refused.ts";
import { exitCodes, printJson, runVerb, withApi } from "./verb.ts";
import type { ApiOptions } from "./verb.ts";

const DAY_MS = 86_400_000;

interface CreateOptions extends ApiOptions {
  readonly project?: string;
  readonly scope: KeyScope;
  readonly days?: number;
}

export function registerKeys(program: Command): void {
  const keys = program.command("keys").description("API keys: who may ask, of which project, for what and until when");
  const create = keys
    .command("create")
    .description("make a key; its text is printed once and kept nowhere")
    .argument("<name>", "what people call it")
    .option("--project <id>", "its project (default: every project, or the project of the key that makes it)")
    .addOption(new Option("--scope <scope>", "what it is for").choices(["READ", "WRITE", "ADMIN"]).default("READ"))
    .option("--days <days>", "it ends by itself after so many days", positive);
  withApi(create, {
    examples: ["gradus keys create laptop --project default --scope WRITE --days 90", "export GRADUS_API_KEY=$(gradus keys create ci)"],
  }).action((name: string, { project, scope, days, ...options }: CreateOptions) =>
    runVerb(options, async ({ apiUrl, json }) => {
      const expiresAt = days === undefined ? null : new Date(Date.now() + days * DAY_MS).toISOString();
      const { createApiKey: result } = await request(apiUrl, CreateApiKeyDocument, {
        input: { name, project: project ?? null, scope, expiresAt },
      });
      const key = accepted(result, "key");
      if (json) printJson({ ...key, text: result.text });
      else process.stdout.write(`${result.text}\n`);
      return exitCodes.ok;
    }),
  );
  const list = keys
    .command("list")
    .description("every key, with those that open nothing any more")
    .option("--project <id>", "only of this project");
  withApi(list, { examples: ["gradus keys list", "gradus keys list --project default --json"] }).action(
    ({ project, ...options }: ApiOptions & { readonly project?: string }) =>
      runVerb(options, async ({ apiUrl, json }) => {
        const { apiKeys } = await request(apiUrl, ApiKeysDocument, { project: project ?? null });
        if (json) printJson(apiKeys);
        else
          process.stdout.write(
            apiKeys.length === 0 ? "no keys yet: gradus keys create <name>\n" : apiKeys.map((key) => `${keyLine(key)}\n`).join(""),
          );
        return exitCodes.ok;
      }),
  );
  const revoke = keys.command("revoke").description("end a key at once").argument("<id>", "its id, as `gradus keys list` shows it");
  withApi(revoke, { examples: ["gradus keys revoke 5d0c1f2e-8a3b-4c6d-9e7f-0123456789ab"] }).action((id: string, options: ApiOptions) =>
    runVerb(options, async ({ apiUrl, json }) => {
      const key = accepted((await request(apiUrl, RevokeApiKeyDocument, { id })).revokeApiKey, "key");
      if (json) printJson(key);
      else process.stdout.write(`${keyLine(key)}\n`);
      return exitCodes.ok;
    }),
  );
}

function keyLine({ id, name, projectId, scope, expiresAt, revokedAt, lastUsedAt }: KeyPartsFragment): string {
  const end = revokedAt !== null ? `revoked ${revokedAt}` : expiresAt === null ? "no end" : `until ${expiresAt}`;
  return `${id}  ${name}  ${scope}  ${projectId ?? "every project"}  ${end}  ${lastUsedAt === null ? "never used" : `last used ${lastUsedAt}`}`;
}

function positive(text: string): number {
  const days = Number(text);
  if (!(days > 0 && days <= 36_500)) throw new InvalidArgumentError("expected days, more than 0");
  return days;
}
