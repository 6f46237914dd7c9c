// Owns: what one check of this machine says. Must not know: the checks.
import { UnusableError } from "../up/unusable.ts";

/** OK: works. NOTE: Gradus runs, but something is slower or missing. BAD: Gradus cannot run. */
export type Severity = "OK" | "NOTE" | "BAD";

export interface Finding {
  /** What was checked, such as "Postgres". */
  name: string;
  severity: Severity;
  /** One sentence: what is there or is not. */
  what: string;
  /** What else a reader may want to know, one fact each. */
  details?: readonly string[];
  /** One sentence; only where it is not OK. */
  why?: string;
  /** One sentence; only where it is not OK. */
  whatToDo?: string;
}

/** A check that found no fault. */
export function fine(name: string, what: string, details?: readonly string[]): Finding {
  return { name, severity: "OK", what, ...(details === undefined ? {} : { details }) };
}

/** Runs a check; whatever it throws becomes a BAD finding. */
export async function examine(name: string, check: () => Finding | Promise<Finding>): Promise<Finding> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof UnusableError) return { name, severity: "BAD", what: error.what, why: error.why, whatToDo: error.whatToDo };
    const why = error instanceof Error ? error.message : String(error);
    return {
      name,
      severity: "BAD",
      what: `${name} does not work`,
      why,
      whatToDo: "Mend what the message names, then run gradus doctor again",
    };
  }
}
