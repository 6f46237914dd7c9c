// Owns: copying a text to the clipboard, and saying so. Must not know: what it is.
import { useState } from "react";
import { Button } from "./button.tsx";

export function CopyButton({ text }: { readonly text: string }) {
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
    <Button kind="quiet" className="button small no-print" onClick={copy} aria-label={`Copy ${text}`}>
      {copied ? "Copied" : "Copy"}
    </Button>
  );
}
