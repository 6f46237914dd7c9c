// Owns: the failures that a retry cannot mend, by name, so that every layer means the same by them. Must not know: Temporal, HTTP.

/** A write of an older lease epoch: the run has moved to another node, and this one must let go of it. */
export class StaleLease extends Error {
  override readonly name = "StaleLease";
}

/** A row that must exist does not. */
export class MissingRow extends Error {
  override readonly name = "MissingRow";
}

/** What was asked for cannot be done as configured. The message names the setting and the way out. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}
