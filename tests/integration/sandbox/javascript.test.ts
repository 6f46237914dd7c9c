// Owns: a second language through the same port, isolation and verdicts.
import type { HiddenTest } from "@gradus/domain/problem";
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import { judge, probesOf } from "@gradus/worker/sandbox/judge";
import { DEFAULT_LIMITS, type Sandbox } from "@gradus/worker/sandbox/sandbox";
import { afterAll, beforeAll, expect, it } from "vitest";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ backend: "bubblewrap", slots: 1 });
});
afterAll(() => sandbox.close());

const call = (args: string, expected: string): HiddenTest => ({ kind: "call", args, expected });
async function verdicts(source: string, tests: readonly HiddenTest[]): Promise<string[]> {
  const limits = { ...DEFAULT_LIMITS, cpuMs: 1_000 };
  const result = judge(await sandbox.execute({ language: "javascript", source, probes: probesOf("f", tests), limits }), tests);
  return [result.verdict, ...result.tests.map((test) => `${test.verdict}${test.verdict === "OK" ? "" : ` ${test.detail ?? ""}`}`.trim())];
}

it("judges JavaScript by value: numbers, texts, arrays, objects, sets, big integers, promises", async () => {
  const tests = [
    call("1, 2", "[1, 2, 3]"),
    call("0.5, 'é😀'", "[0.5, 'é😀', '0.5é😀']"),
    call("{a: null}, new Set([2n ** 70n])", "[{'a': None}, {2**70}, '[object Object][object Set]']".replace("2**70", String(2n ** 70n))),
  ];
  expect(await verdicts("const f = async (a, b) => [a, b, a + b];", tests)).toEqual(["EXECUTED", "OK", "OK", "OK"]);
});

it("tells syntax errors, exceptions with their line, timeouts and memory apart", async () => {
  expect(await verdicts("function f( {", [call("", "1")])).toEqual(["SYNTAX", expect.stringMatching(/^NOT_RUN/u)]);
  expect(await verdicts("function f() {\n  return missing;\n}", [call("", "1")])).toEqual([
    "EXECUTED",
    "RUNTIME ReferenceError: missing is not defined (line 2)",
  ]);
  expect(await verdicts("function f() { for (;;); }", [call("", "1"), call("", "1")])).toEqual([
    "EXECUTED",
    expect.stringMatching(/^TIMEOUT/u),
    expect.stringMatching(/^NOT_RUN/u),
  ]);
  expect(await verdicts("function f() { const held = []; for (;;) held.push(new Array(1e5).fill(7)); }", [call("", "1")])).toEqual([
    "EXECUTED",
    expect.stringMatching(/^MEMORY/u),
  ]);
});

it("puts a Python check to a JavaScript candidate", async () => {
  const test: HiddenTest = { kind: "check", source: "def check(candidate):\n    assert candidate([3, 1], {'k': 'v'}) == [1, 3, 'v']" };
  expect(await verdicts("function f(xs, d) { return [...xs].sort().concat(d.k); }", [test])).toEqual(["EXECUTED", "OK"]);
});

it("reaches neither files, nor the network, nor other processes", async () => {
  const source = `async function f() {
    const fs = process.getBuiltinModule("fs"), net = process.getBuiltinModule("net"), child = process.getBuiltinModule("child_process");
    const reached = [];
    for (const path of ["/etc/passwd", "/root", "/proc/1/environ", "/work", "/home"]) if (fs.existsSync(path)) reached.push(path);
    for (const path of ["/usr/was-here", "/was-here", "/opt/node/was-here"]) try { fs.writeFileSync(path, "x"); reached.push(path); } catch {}
    try { await new Promise((resolve, reject) => net.connect(22, "127.0.0.1", resolve).on("error", reject)); reached.push("net"); } catch {}
    if (Object.keys(process.env).some((name) => !["PATH", "HOME", "LANG", "TZ", "PWD", "LC_CTYPE", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE"].includes(name))) reached.push("env");
    const unshared = child.spawnSync("/usr/bin/unshare", ["-U", "true"]);
    if (unshared.status === 0) reached.push("unshare");
    return reached;
  }`;
  expect(await verdicts(source, [call("", "[]")])).toEqual(["EXECUTED", "OK"]);
});

it("counts no early exit and no forged line", async () => {
  const exit = await verdicts("function f() { console.log('PASSED'); process.exit(0); }", [call("", "1")]);
  expect(exit).toEqual(["EXECUTED", "RUNTIME exited with status 0 before it answered"]);
  const forged = "const fs = process.getBuiltinModule('fs'); function f() { fs.writeSync(3, 'R i0x1;\\n'); return 1; }";
  expect((await verdicts(forged, [call("", "1")]))[1]).toMatch(/^RUNTIME the program wrote to the result channel/u);
});
