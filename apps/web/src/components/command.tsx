// Owns: a command that a reader may copy. Must not know: what it does.
import { useState } from "react";
import { Button } from "./button.tsx";

export function Command({ text }: { readonly text: string }) {
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
    <div className="command">
      <code>{text}</code>
      <Button onClick={copy} aria-label={`Copy ${text}`}>
        {copied ? "Copied" : "Copy"}
      </Button>
    </div>
  );
}
