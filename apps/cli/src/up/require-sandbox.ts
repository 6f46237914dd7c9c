// Owns: making sure, before anything is started, that this machine can run model-written programs, and saying in which sandbox.
// Must not know: how a sandbox works.
import { chooseBackend } from "@gradus/worker/sandbox/create-sandbox";
import { sandboxOptions } from "@gradus/worker/sandbox/sandbox-options";
import { UnusableError } from "./unusable.ts";

/** What this needs of the worker's choice. */
type Choose = () => Promise<{ backend: { name: string }; why: string }>;

/**
 * One sentence on the sandbox that the worker will use.
 * @throws UnusableError when there is neither bubblewrap with python3 nor a working Pyodide
 */
export async function requireSandbox(choose: Choose = () => chooseAsked(process.env)): Promise<string> {
  try {
    const { backend, why } = await choose();
    return backend.name !== "pyodide" ? `programs run in ${backend.name}` : `programs run in ${backend.name}, which is slower: ${why}`;
  } catch (error) {
    throw new UnusableError({
      what: "There is nothing to run programs in",
      why: error instanceof Error ? error.message : String(error),
      whatToDo:
        "Install bubblewrap and python3 (apt-get install bubblewrap python3), or run `npm ci` again for the Pyodide that comes with Gradus",
      cause: error,
    });
  }
}

/** Nothing is asked of a service before its worker needs it. */
async function chooseAsked(env: NodeJS.ProcessEnv): ReturnType<Choose> {
  const { backend, url } = sandboxOptions(env);
  if (backend === "sandboxfusion") return { backend: { name: `the SandboxFusion service at ${url}` }, why: "it was asked for" };
  return await chooseBackend(backend === undefined ? {} : { backend });
}
