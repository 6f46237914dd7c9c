// Owns: finding texts that share most of their pieces without comparing all pairs (MinHash with banding, Broder 1997). Must not know: what the
// texts are.

/** 128 hash functions in 32 bands of 4: of two texts with a Jaccard similarity of 0.8 one band agrees with probability over 0.99999. */
const HASHES = 128;
const ROWS = 4;
/** Tokens of one piece. Programs of the embedded teacher have a dozen. */
const SHINGLE = 3;

/** The set of `SHINGLE` consecutive tokens; a shorter text is one piece. */
export function shingles(tokens: readonly string[]): Set<string> {
  const pieces = new Set<string>();
  for (let at = 0; at <= Math.max(0, tokens.length - SHINGLE); at++) pieces.add(tokens.slice(at, at + SHINGLE).join(" "));
  return pieces;
}

export function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((piece) => b.has(piece)).length;
  const all = a.size + b.size - shared;
  return all === 0 ? 1 : shared / all;
}

/**
 * Remembers sets of pieces and finds one, among those that a band of MinHash values brings near, whose similarity is at least `threshold`: the
 * first that was added. A near text that no band brings near is missed, which the number of bands makes unlikely.
 */
export class NearIndex {
  readonly #threshold: number;
  readonly #bands = new Map<string, number[]>();
  readonly #sets: { readonly id: string; readonly pieces: ReadonlySet<string> }[] = [];

  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  find(pieces: ReadonlySet<string>): string | null {
    const candidates = new Set(bandKeys(pieces).flatMap((key) => this.#bands.get(key) ?? []));
    for (const at of [...candidates].sort((a, b) => a - b)) {
      const known = this.#sets[at]!;
      if (jaccard(known.pieces, pieces) >= this.#threshold) return known.id;
    }
    return null;
  }

  add(id: string, pieces: ReadonlySet<string>): void {
    const at = this.#sets.push({ id, pieces }) - 1;
    for (const key of bandKeys(pieces)) this.#bands.set(key, [...(this.#bands.get(key) ?? []), at]);
  }
}

function bandKeys(pieces: ReadonlySet<string>): string[] {
  const least = new Uint32Array(HASHES).fill(0xffffffff);
  for (const piece of pieces) {
    const base = fnv(piece);
    for (let i = 0; i < HASHES; i++) {
      const value = mix(base ^ Math.imul(i + 1, 0x9e3779b1));
      if (value < least[i]!) least[i] = value;
    }
  }
  return Array.from({ length: HASHES / ROWS }, (_, band) => `${band}:${least.slice(band * ROWS, (band + 1) * ROWS).join(",")}`);
}

/** FNV-1a, 32 bits. */
function fnv(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** The finaliser of MurmurHash3. */
function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
