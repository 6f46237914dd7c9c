// Owns: what the launcher says of the sandbox before it starts anything. Must not know: sandboxes.
import { requireSandbox } from "@gradus/cli/up/require-sandbox";
import { expect, it } from "vitest";

it("names Pyodide and why it was taken, so that slowness is never a riddle", async () => {
  const said = await requireSandbox(async () => ({ backend: { name: "pyodide" }, why: "no bwrap on the PATH" }));
  expect(said).toBe("programs run in pyodide, which is slower: no bwrap on the PATH");
});

it("says in one message that there is neither python3 nor Pyodide", async () => {
  const nothing = requireSandbox(async () => {
    throw new Error("no python3 on the PATH; the package pyodide is not installed");
  });
  await expect(nothing).rejects.toMatchObject({
    name: "UnusableError",
    why: "no python3 on the PATH; the package pyodide is not installed",
    whatToDo: expect.stringContaining("apt-get install bubblewrap python3"),
  });
});
