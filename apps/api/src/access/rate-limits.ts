// Owns: how often each key may ask of all API processes together, and how it is told. Must not know: what is asked.
import type { Sql } from "@gradus/prisma/database";
import type { RequestHandler } from "express";
import { RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";
import type { Caller } from "./caller.ts";
import { callerOf } from "./http-access.ts";

const WINDOW_S = 60;

/** What is left to a key. */
export interface Allowance {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the whole limit is there again. */
  readonly resetS: number;
}

/** Counts one request or socket operation. Null: nothing is counted. */
export type TakeTurn = (caller: Caller) => Promise<Allowance | null>;

/** The library's statements, `$1` and on, as a template: they pass through the pool that everything else does, and are traced as it is. */
const asTemplate =
  (sql: Sql) =>
  async ({ text, values }: { readonly text: string; readonly values: readonly unknown[] }): Promise<{ rows: object[] }> => {
    const parts = text.split(/\$(\d+)/);
    const strings = parts.filter((_part, at) => at % 2 === 0);
    const given = parts.filter((_part, at) => at % 2 === 1).map((number) => values[Number(number) - 1]);
    return { rows: await sql(Object.assign(strings, { raw: strings }), ...given) };
  };

/**
 * At most so many requests a minute for each key; null: as many as they like. Who needs no key is one caller. Counts are rows, so that a key has one
 * limit however many processes answer: a write for each request, where there is a limit at all.
 */
export function rateLimiter(sql: Sql, perMinute: number | null): TakeTurn {
  if (perMinute === null) return async () => null;
  const limiter = new RateLimiterPostgres({
    storeClient: { query: asTemplate(sql) },
    storeType: "client",
    tableName: "RateLimit",
    tableCreated: true,
    keyPrefix: "",
    points: perMinute,
    duration: WINDOW_S,
    // Who has nothing left is refused without a statement.
    inMemoryBlockOnConsumed: perMinute,
  });
  const told = (allowed: boolean, { remainingPoints, msBeforeNext }: RateLimiterRes): Allowance => ({
    allowed,
    limit: perMinute,
    remaining: Math.max(0, remainingPoints),
    resetS: Math.ceil(msBeforeNext / 1_000),
  });
  return async ({ keyId, who }) => {
    try {
      return told(true, await limiter.consume(keyId ?? who));
    } catch (refused) {
      // Tolerates the limiter's no, which it throws; anything else is thrown on.
      if (refused instanceof RateLimiterRes) return told(false, refused);
      throw refused;
    }
  };
}

/** After `recognise`: 429 with Retry-After beyond the limit. */
export const limitRate =
  (takeTurn: TakeTurn): RequestHandler =>
  async (_request, response, next) => {
    const turn = await takeTurn(callerOf(response));
    if (turn === null) return next();
    response.setHeader("RateLimit-Limit", turn.limit);
    response.setHeader("RateLimit-Remaining", turn.remaining);
    response.setHeader("RateLimit-Reset", turn.resetS);
    response.setHeader("RateLimit-Policy", `${turn.limit};w=${WINDOW_S}`);
    if (turn.allowed) return next();
    response.setHeader("Retry-After", turn.resetS);
    const message = tooMany(turn);
    response.status(429).json({ error: message, errors: [{ message, extensions: { code: TOO_MANY } }], error_code: TOO_MANY, message });
  };

/** As extension code; also what MLflow's clients read as `error_code`. */
export const TOO_MANY = "REQUEST_LIMIT_EXCEEDED";
export const tooMany = ({ limit, resetS }: Allowance): string => `the key may ask ${limit} times a minute: again in ${resetS} s`;
