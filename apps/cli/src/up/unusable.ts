// Owns: the shape of a message about surroundings Gradus cannot work in. Must not know: any particular surroundings.

/** Thrown when the machine lacks something: the launcher prints what, why and what to do, without a stack. */
export class UnusableError extends Error {
  /** One sentence: what does not work. */
  readonly what: string;
  /** One sentence: the cause, with the figures or the system's own words. */
  readonly why: string;
  /** One sentence: the user's next move. */
  readonly whatToDo: string;

  constructor(message: { what: string; why: string; whatToDo: string; cause?: unknown }) {
    super(`${message.what}: ${message.why}. ${message.whatToDo}.`, { cause: message.cause });
    this.name = "UnusableError";
    this.what = message.what;
    this.why = message.why;
    this.whatToDo = message.whatToDo;
  }
}
