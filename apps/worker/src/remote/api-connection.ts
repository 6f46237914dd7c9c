// Owns: requests of a node to the API: the key, patience with an API that restarts, and what an answer means. Must not know: operations, blobs.
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigurationError, MissingRow } from "@gradus/domain";
import { NODE_WIRE_VERSION, refusalOf } from "@gradus/domain/node-wire";

export interface ApiConnectionOptions {
  /** Of the API, such as http://10.0.0.5:7400. */
  readonly url: string;
  readonly key?: string;
  /** How long nothing may answer before a request fails, in milliseconds: longer than an API takes to restart. */
  readonly patienceMs?: number;
  /** Sent with every request beside its own. */
  readonly headers?: (() => Readonly<Record<string, string>>) | undefined;
}

/** Nobody answered, or not to the end. Every request to the API may be sent again. */
class Unanswered extends Error {
  override readonly name = "Unanswered";
}

const PATIENCE_MS = 30_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;
/** A proxy's way to say that the API is away. */
const AWAY = new Set([502, 503, 504]);

export class ApiConnection {
  readonly #base: string;
  /** Private, so that no inspection of this object shows it. */
  readonly #key: string | undefined;
  readonly #patienceMs: number;
  readonly #headers: () => Readonly<Record<string, string>>;

  constructor({ url, key, patienceMs = PATIENCE_MS, headers = () => ({}) }: ApiConnectionOptions) {
    this.#base = `${url.replace(/\/+$/, "")}/node/${NODE_WIRE_VERSION}`;
    this.#key = key;
    this.#patienceMs = patienceMs;
    this.#headers = headers;
  }

  /**
   * Sends a request (`init` makes it anew for every try) until it is answered, and reads the answer. A failure of the API itself is thrown plainly: a retry of the stage may mend it.
   * @throws StaleLease, MissingRow, ConfigurationError as the API says; Error for everything else, with what to look at
   */
  async ask<Result>(
    path: string,
    init: () => RequestInit,
    read: (response: Response) => Promise<Result>,
    patienceMs = this.#patienceMs,
  ): Promise<Result> {
    const since = performance.now();
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      try {
        return await this.#askOnce(path, init(), read);
      } catch (error) {
        // Tolerates an API that is away for a while, as one is that is killed and started again.
        if (!(error instanceof Unanswered) || performance.now() - since > patienceMs) throw error;
        await sleep(waitMs);
      }
    }
  }

  async #askOnce<Result>(path: string, init: RequestInit, read: (response: Response) => Promise<Result>): Promise<Result> {
    const headers = {
      ...this.#headers(),
      ...(init.headers as Record<string, string>),
      ...(this.#key && { authorization: `Bearer ${this.#key}` }),
    };
    let response: Response;
    try {
      // Never redirected: the key is for this API alone.
      response = await fetch(`${this.#base}${path}`, { ...init, headers, redirect: "error" });
    } catch (error) {
      throw unanswered(`${this.#base}${path}`, error);
    }
    if (!response.ok) throw await this.#failure(path, response);
    try {
      return await read(response);
    } catch (error) {
      // Only the connection fails with these two; what `read` finds wrong is thrown on.
      throw error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError")
        ? unanswered(`${this.#base}${path}`, error)
        : error;
    }
  }

  async #failure(path: string, response: Response): Promise<Error> {
    const { status } = response;
    const text = await response.text().catch(() => "");
    if (AWAY.has(status)) return new Unanswered(`${this.#base}${path} answered ${status}`);
    const { code, error = text.slice(0, 200) } = parsed(text);
    if (status === 401) return new Error(`the API at ${this.#base} refuses this node: ${error}. GRADUS_NODE_KEY must be the same on both`);
    if (status === 413) return new ConfigurationError(`${path}: the API refuses the size of it (${error}); sample fewer tokens a rollout`);
    // A HEAD and a blob's GET say it by status alone.
    if (status === 404) return refusalOf(code, String(error)) ?? new MissingRow(String(error) || `the API has no ${path}`);
    return refusalOf(code, String(error)) ?? new Error(`${path}: the API answered ${status}: ${error}`);
  }
}

function unanswered(at: string, error: unknown): Unanswered {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return new Unanswered(`the API gives no whole answer at ${at}: ${inner instanceof Error ? inner.message || inner.name : String(inner)}`, {
    cause: error,
  });
}

function parsed(text: string): { readonly code?: unknown; readonly error?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    // Tolerates any server at the address: its text is shown as it is.
    return {};
  }
}
