// Owns: the known ways out of Pyodide. The whole hostile suite against it takes minutes: tests/long/sandbox/hostile-pyodide.test.ts.
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import { type Sandbox, DEFAULT_LIMITS } from "@gradus/worker/sandbox/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

describe("the known ways out of Pyodide are shut", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await createSandbox({ backend: "pyodide", slots: 1 });
  });
  afterAll(() => sandbox.close());

  const attempt = async (body: string): Promise<string> => {
    const source = `def f(x):\n${body.replaceAll(/^/gmu, "    ")}`;
    const execution = await sandbox.execute({
      language: "python",
      source,
      probes: [{ kind: "call", entry: "f", args: "1" }],
      limits: DEFAULT_LIMITS,
    });
    const [probe] = execution.probes;
    return probe === undefined
      ? execution.outcome
      : `${probe.outcome} ${"detail" in probe ? probe.detail : "value" in probe ? probe.value : ""}`;
  };

  it("the js module does not reach the process and its environment", async () => {
    expect(await attempt("import js\nreturn str(js.process.env)")).toMatch(/^RUNTIME (?:AttributeError|ImportError)/u);
  });

  it("run_js runs nothing", async () => {
    expect(await attempt("from pyodide.code import run_js\nreturn run_js('process.pid')")).toMatch(/^RUNTIME/u);
  });

  it("the constructor of a constructor makes no function", async () => {
    expect(await attempt("import pyodide_js\nreturn pyodide_js.constructor.constructor('return process.pid')()")).toMatch(
      /^RUNTIME .*EvalError/u,
    );
  });

  it("neither files of the host, nor child processes, nor the network, nor signals are reached through Pyodide's own file systems", async () => {
    const body = [
      "import pyodide_js, os",
      "got = []",
      "for root in ('/', '/etc', '/root', '/tmp'):",
      "    try:",
      "        os.makedirs('/mnt/host', exist_ok=True)",
      "        pyodide_js.FS.mount(pyodide_js.FS.filesystems.NODEFS, {'root': root}, '/mnt/host')",
      "        got.append(os.listdir('/mnt/host'))",
      "    except BaseException:",
      "        pass",
      "try:",
      "    got.append(str(pyodide_js.mountNodeFS('/mnt/node', '/')))",
      "    got.append(os.listdir('/mnt/node'))",
      "except BaseException:",
      "    pass",
      "return [entry for entry in got if entry != 'None']",
    ].join("\n");
    expect(await attempt(body)).toBe("RETURNED l0:");
  });
});
