// Owns: the one seeded generator of the project. Must not know: clocks, entropy, what the numbers are for.

/** A deterministic stream of numbers. `state` and `restore` make it part of a checkpoint. */
export interface Random {
  /** Uniform in [0, 1), a multiple of 2^-32. */
  next(): number;
  /** Uniform integer in [0, bound). */
  int(bound: number): number;
  /** Uniform choice. Throws RangeError on an empty list. */
  pick<T>(items: readonly T[]): T;
  /** Index drawn in proportion to non-negative weights. Throws RangeError where none is positive. */
  weighted(weights: readonly number[]): number;
  /** A new, shuffled array (Fisher-Yates from the end). */
  shuffle<T>(items: readonly T[]): T[];
  /** Standard normal deviate (Box-Muller, two draws a call). */
  normal(): number;
  /** The four 32-bit words, JSON-safe. */
  state(): RandomState;
}

export type RandomState = readonly [number, number, number, number];

/**
 * sfc32 (Chris Doty-Humphrey, PractRand) seeded by cyrb128 of a name, both public domain. The name is the coordinate of the draw, e.g.
 * `teacher/7/problem/12`: streams of different names are independent, so no draw depends on how many came before it elsewhere.
 */
export function stream(name: string): Random {
  const random = fromState(cyrb128(name));
  // The first outputs of sfc32 still show its seed.
  for (let i = 0; i < 15; i++) random.next();
  return random;
}

/** A stream that goes on where `state()` was taken. */
export function fromState(state: RandomState): Random {
  let [a, b, c, d] = state;
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  const int = (bound: number): number => Math.floor(next() * bound);
  return {
    next,
    int,
    pick: (items) => {
      if (items.length === 0) throw new RangeError("pick from an empty list");
      return items[int(items.length)]!;
    },
    weighted: (weights) => {
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      if (!(total > 0)) throw new RangeError("no positive weight");
      let left = next() * total;
      let last = 0;
      for (const [index, weight] of weights.entries()) {
        if (weight <= 0) continue;
        last = index;
        left -= weight;
        if (left < 0) return index;
      }
      // Rounding may leave a sliver above zero: it belongs to the last positive weight.
      return last;
    },
    shuffle: (items) => {
      const out = [...items];
      for (let i = out.length - 1; i > 0; i--) {
        const j = int(i + 1);
        [out[i], out[j]] = [out[j]!, out[i]!];
      }
      return out;
    },
    normal: () => {
      const radius = Math.sqrt(-2 * Math.log(1 - next()));
      return radius * Math.cos(2 * Math.PI * next());
    },
    state: () => [a, b, c, d],
  };
}

/** cyrb128 (bryc): 128 bits of a string. Not cryptographic. */
function cyrb128(text: string): RandomState {
  let h1 = 1779033703;
  let h2 = 3144134277;
  let h3 = 1013904242;
  let h4 = 2773480762;
  for (let i = 0; i < text.length; i++) {
    const k = text.charCodeAt(i);
    h1 = h2 ^ Math.imul(h1 ^ k, 597399067);
    h2 = h3 ^ Math.imul(h2 ^ k, 2869860233);
    h3 = h4 ^ Math.imul(h3 ^ k, 951274213);
    h4 = h1 ^ Math.imul(h4 ^ k, 2716044179);
  }
  h1 = Math.imul(h3 ^ (h1 >>> 18), 597399067);
  h2 = Math.imul(h4 ^ (h2 >>> 22), 2869860233);
  h3 = Math.imul(h1 ^ (h3 >>> 17), 951274213);
  h4 = Math.imul(h2 ^ (h4 >>> 19), 2716044179);
  h1 ^= h2 ^ h3 ^ h4;
  return [h1 | 0, (h2 ^ h1) | 0, (h3 ^ h1) | 0, (h4 ^ h1) | 0];
}
