// Owns: reading a request's body line by line, each as JSON of a shape. Must not know: what files hold.
import { createInterface } from "node:readline";
import type { Request } from "express";
import { z } from "zod";

/** What a client sent is wrong: it is told, and nothing was stored. */
export class BadLine extends Error {
  override readonly name = "BadLine";
}

export interface JsonLines {
  /** The next line that is not empty; null at the end, or where `orElse` takes the line for something else. @throws BadLine that names the line */
  next<Shape>(shape: z.ZodType<Shape>, orElse?: (text: string) => boolean): Promise<Shape | null>;
  /** A line that was read before, as a shape. @throws BadLine */
  as<Shape>(shape: z.ZodType<Shape>, text: string): Shape;
  /** Of the line read last, from 1. */
  readonly number: number;
  /** Lets the rest of the body come and go unread: a client that still sends can then read why it was refused. */
  discard(): Promise<void>;
}

export function jsonLines(request: Request): JsonLines {
  let number = 0;
  const lines = createInterface({ input: request, crlfDelay: Infinity })[Symbol.asyncIterator]();
  const as = <Shape>(shape: z.ZodType<Shape>, text: string): Shape => {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      // Tolerates any text a client sends: it is refused by its line.
      throw new BadLine(`line ${number}: not JSON`);
    }
    const result = shape.safeParse(parsed);
    if (!result.success) throw new BadLine(`line ${number}: ${z.prettifyError(result.error)}`);
    return result.data;
  };
  return {
    as,
    get number() {
      return number;
    },
    async discard() {
      await lines.return?.();
      request.resume();
    },
    async next(shape, orElse = () => false) {
      for (;;) {
        const { done, value } = await lines.next();
        if (done === true) return null;
        number++;
        if (value === "") continue;
        return orElse(value) ? null : as(shape, value);
      }
    },
  };
}
