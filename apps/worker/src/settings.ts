// Owns: reading a worker's flags and variables; one that says what it cannot mean ends the process at start, in words. Must not know: which there are.

/** Ends the process with exit code 2 and the message. */
export function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

/** What flags and variables say. One that says what it cannot mean is an error at start. */
export function inWords<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    // Only what the reader finds wrong, in its own words.
    return fail(error instanceof Error ? error.message : String(error));
  }
}

export const required = (name: string): string =>
  process.env[name] ?? fail(`${name} is not set; 'gradus up' sets it for the workers it starts`);

export function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : fail(`${name}: expected a whole number above 0, got ${text}`);
}

/** A variable that counts something. */
export const count = (name: string, otherwise: number): number => wholeNumber(name, process.env[name] ?? String(otherwise));
