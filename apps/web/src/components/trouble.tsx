// Owns: saying that the API refused or did not answer. Must not know: what was asked.
import type { ApiError } from "../api/ask.ts";
import { Button } from "./button.tsx";

export function Trouble({ error, onRetry }: { readonly error: ApiError; readonly onRetry?: () => void }) {
  return (
    <div className="notice row spread" data-tone="bad" role="alert">
      <span>{error.code === "NETWORK" ? "The API does not answer. The page goes on by itself when it is back." : error.message}</span>
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}
