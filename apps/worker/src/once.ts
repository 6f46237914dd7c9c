// Owns: making a thing when it is first asked for, once. Must not know: what it is.
export interface Once<Thing> {
  get(): Promise<Thing>;
  /** Undefined where nobody has asked for it. */
  made(): Promise<Thing> | undefined;
}

export function once<Thing>(make: () => Promise<Thing>): Once<Thing> {
  let thing: Promise<Thing> | undefined;
  return { get: () => (thing ??= make()), made: () => thing };
}
