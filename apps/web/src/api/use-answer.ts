// Owns: a component's view of one operation: shown at once when it was answered before, asked again only when its variables change or
// `reload` is called. Must not know: which operation.
import { useCallback, useEffect, useState } from "react";
import type { TypedDocumentString } from "../generated/graphql.ts";
import { onConnectedAgain } from "./connection.ts";
import { ApiError, ask } from "./ask.ts";

interface State<Data> {
  readonly key: string;
  readonly data: Data | undefined;
  readonly error: ApiError | undefined;
}

export interface Answered<Data> {
  /** Undefined until the first answer to these variables; while newer variables are under way, the answer before. */
  readonly data: Data | undefined;
  readonly error: ApiError | undefined;
  /** Whether `data` belongs to older variables. */
  readonly isStale: boolean;
  readonly reload: () => void;
}

/** `variables` null: do not ask. */
export function useAnswer<Data, Variables>(document: TypedDocumentString<Data, Variables>, variables: Variables | null): Answered<Data> {
  const key = variables === null ? "" : JSON.stringify(variables);
  const [state, setState] = useState<State<Data>>({ key: "", data: undefined, error: undefined });
  const [turn, setTurn] = useState(0);
  const reload = useCallback(() => setTurn((before) => before + 1), []);

  useEffect(() => {
    if (key === "") return;
    const abort = new AbortController();
    const load = async (): Promise<void> => {
      try {
        const data = await ask(document, JSON.parse(key) as Variables, abort.signal);
        if (!abort.signal.aborted) setState({ key, data, error: undefined });
      } catch (error) {
        // Tolerates an answer that nobody waits for any more; another error is shown.
        if (abort.signal.aborted) return;
        const told = error instanceof ApiError ? error : new ApiError(String(error), "UNKNOWN");
        setState((before) => ({ key, data: before.key === key ? before.data : undefined, error: told }));
      }
    };
    void load();
    return () => abort.abort();
  }, [document, key, turn]);

  // A page that was opened while the API was away fills itself when it is back.
  const failed = state.error?.code === "NETWORK";
  useEffect(() => (failed ? onConnectedAgain(reload) : undefined), [failed, reload]);

  return { data: state.data, error: state.key === key ? state.error : undefined, isStale: state.key !== key, reload };
}
