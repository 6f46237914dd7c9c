// Owns: where in the text stands what the API calls by its path. Must not know: editors.
import { isNode, parseDocument } from "yaml";

export interface WrongPlace {
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

/** A path that the text has no place for is shown at the nearest part of it that it has. */
export function wrongPlaces(text: string, fields: readonly { readonly path: string; readonly expected: string }[]): WrongPlace[] {
  const document = parseDocument(text);
  const syntax = document.errors.map(({ pos: [from, to], message }) => ({ from, to, message: message.split("\n")[0] ?? message }));
  if (syntax.length > 0) return syntax;
  return fields.map(({ path, expected }) => {
    const parts = [...path.matchAll(/[^.[\]]+/g)].map(([part]) => (/^\d+$/.test(part) ? Number(part) : part));
    for (let length = parts.length; length > 0; length--) {
      const found: unknown = document.getIn(parts.slice(0, length), true);
      if (isNode(found) && found.range) return { from: found.range[0], to: found.range[1], message: `${path}: ${expected}` };
    }
    return { from: 0, to: text.indexOf("\n") < 0 ? text.length : text.indexOf("\n"), message: `${path}: ${expected}` };
  });
}
