// Owns: a command that a reader may copy. Must not know: what it does.
import { CopyButton } from "./copy-button.tsx";

export const Command = ({ text }: { readonly text: string }) => (
  <div className="command">
    <code tabIndex={0}>{text}</code>
    <CopyButton text={text} />
  </div>
);
