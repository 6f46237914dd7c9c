// Owns: making any text storable. Postgres text holds neither NUL nor half a surrogate pair; model-written programs print both.

/** The text with what Postgres cannot hold replaced by U+FFFD. */
export const storableText = (text: string): string => text.toWellFormed().replaceAll("\0", "\uFFFD");
