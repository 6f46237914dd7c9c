// Owns: copying a text to the clipboard, and saying so. Must not know: what it is.
import { useState } from "react";
import { Button } from "./button.tsx";

interface CopyButtonProps {
  readonly text: string;
  /** What the button says where that is more than "Copy". */
  readonly name?: string;
}

export function CopyButton({ text, name }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 1_500);
    } catch {
      // Tolerates a browser that refuses the clipboard: the text can be selected.
    }
  };
  return (
    <Button kind="quiet" className="button small no-print" onClick={copy} {...(name === undefined ? { "aria-label": `Copy ${text}` } : {})}>
      {copied ? "Copied" : (name ?? "Copy")}
    </Button>
  );
}
