// Owns: how sure the policy was of each token it wrote. Must not know: rollouts.
import { formatValue } from "../../format/number.ts";

interface LogProbsProps {
  readonly completion: string;
  /** Natural log, a token each. */
  readonly values: readonly number[];
}

/** Character tokens stand under their text; where tokens are longer than characters, their number stands instead. */
export function LogProbs({ completion, values }: LogProbsProps) {
  const characters = [...completion];
  // The last token may be the one that ends the text and is not in it.
  const isByCharacter = values.length - characters.length === 0 || values.length - characters.length === 1;
  return (
    <ol className="log-probs" aria-label="Log-probability of each token">
      {values.map((value, index) => {
        const text = isByCharacter ? (characters[index] ?? "⏹") : String(index);
        const told = `token ${index}: log-probability ${formatValue(value)}, probability ${formatValue(Math.exp(value))}`;
        return (
          <li key={index} title={told} style={{ "--doubt": 1 - Math.exp(value) } as React.CSSProperties}>
            {text === "\n" ? "⏎" : text}
          </li>
        );
      })}
    </ol>
  );
}
