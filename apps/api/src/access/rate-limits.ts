// Owns: how often each key may ask, and how it is told. Counted in this process: several API processes allow as many times more.
// Must not know: what is asked.
import type { RequestHandler } from "express";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
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

/** At most so many requests a minute for each key; null: as many as they like. Who needs no key is one caller. */
export function rateLimiter(perMinute: number | null): TakeTurn {
  if (perMinute === null) return async () => null;
  const limiter = new RateLimiterMemory({ points: perMinute, duration: WINDOW_S });
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
