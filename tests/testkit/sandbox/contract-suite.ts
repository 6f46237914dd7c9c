// Owns: what the port promises, as one suite that every backend passes: verdicts, values, limits, checks, determinism.
import type { HiddenTest } from "@gradus/domain/problem";
import { findFlaky } from "@gradus/worker/sandbox/find-flaky";
import { judge, probesOf } from "@gradus/worker/sandbox/judge";
import { DEFAULT_LIMITS, type Sandbox, type SandboxLimits, type SandboxRequest } from "@gradus/worker/sandbox/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const LIMITS: SandboxLimits = { ...DEFAULT_LIMITS, cpuMs: 1_000 };
const call = (args: string, expected: string): HiddenTest => ({ kind: "call", args, expected });
const check = (source: string): HiddenTest => ({ kind: "check", source });

const request = (source: string, tests: readonly HiddenTest[], more: Partial<SandboxRequest> = {}): SandboxRequest => ({
  language: "python",
  source,
  probes: probesOf("f", tests),
  limits: LIMITS,
  ...more,
});

export function contractSuite(name: string, make: () => Promise<Sandbox>): void {
  describe(`${name} keeps the sandbox's contract`, () => {
    let sandbox: Sandbox;
    beforeAll(async () => {
      sandbox = await make();
    });
    afterAll(() => sandbox.close());

    const verdicts = async (source: string, tests: readonly HiddenTest[], more: Partial<SandboxRequest> = {}): Promise<string[]> => {
      const result = judge(await sandbox.execute(request(source, tests, more)), tests);
      return [result.verdict, ...result.tests.map((test) => test.verdict)];
    };

    it("judges each test by itself: right, wrong, raising", async () => {
      const tests = [call("2", "4"), call("3", "10"), call("'a'", "1"), call("x=5", "25")];
      expect(await verdicts("def f(x):\n    return x * x", tests)).toEqual(["EXECUTED", "OK", "WRONG", "RUNTIME", "OK"]);
    });

    it("calls a program that does not compile SYNTAX and runs none of its tests", async () => {
      expect(await verdicts("def f(x) return x", [call("1", "1")])).toEqual(["SYNTAX", "NOT_RUN"]);
      expect(await verdicts("x = '\0'", [call("1", "1")])).toEqual(["SYNTAX", "NOT_RUN"]);
    });

    it("tells the type and line of an exception", async () => {
      const execution = await sandbox.execute(request("def f(x):\n    y = 1\n    return y / x", [call("0", "1")]));
      expect(execution.probes[0]).toEqual({ outcome: "RUNTIME", detail: "ZeroDivisionError: division by zero (line 3)" });
    });

    it("charges an exception while loading to the first test and runs no other", async () => {
      expect(await verdicts("import nothing_of_that_name", [call("1", "1"), call("2", "2")])).toEqual(["EXECUTED", "RUNTIME", "NOT_RUN"]);
    });

    it("keeps the answers that came before a later test's timeout", async () => {
      const tests = [call("1", "1"), call("2", "2"), call("0", "0"), call("4", "4")];
      expect(await verdicts("def f(x):\n    while x == 0: pass\n    return x", tests)).toEqual([
        "EXECUTED",
        "OK",
        "OK",
        "TIMEOUT",
        "NOT_RUN",
      ]);
    });

    it("gives each test a process of its own when asked", async () => {
      const tests = [call("1", "1"), call("0", "0"), call("4", "1")];
      const source = "seen = []\ndef f(x):\n    while x == 0: pass\n    seen.append(x)\n    return len(seen)";
      expect(await verdicts(source, tests, { processes: "PER_PROBE" })).toEqual(["EXECUTED", "OK", "TIMEOUT", "OK"]);
      expect(await verdicts(source, [call("1", "1"), call("4", "2")])).toEqual(["EXECUTED", "OK", "OK"]);
    });

    it("calls memory beyond the limit MEMORY and goes on with the next test", async () => {
      const tests = [call("10**9", "0"), call("10", "10")];
      expect(await verdicts("def f(x):\n    return len(bytearray(x))", tests)).toEqual(["EXECUTED", "MEMORY", "OK"]);
    });

    it("calls a value beyond the output limit OUTPUT_LIMIT and goes on with the next test", async () => {
      const tests = [call("10**6", "0"), call("3", "'xxx'")];
      expect(await verdicts("def f(x):\n    return 'x' * x", tests)).toEqual(["EXECUTED", "OUTPUT_LIMIT", "OK"]);
    });

    it("keeps what was printed, in part and marked where it was cut", async () => {
      const source = "import sys\ndef f(x):\n    print('hello' * x)\n    print('oops', file=sys.stderr)\n    return x";
      const short = await sandbox.execute(request(source, [call("1", "1")]));
      expect([short.stdout, short.stderr]).toEqual(["hello\n", "oops\n"]);
      const long = await sandbox.execute(request(source, [call("20_000", "1")]));
      expect(long.stdout).toBe(`${"hello".repeat(20_000).slice(0, LIMITS.outputBytes)}…[cut]`);
    });

    it("carries more answers, and more that is printed, than fits on the way before anybody looks", async () => {
      const tests = Array.from({ length: 8 }, (_, at) => call(String(at), `'${String(at).repeat(60_000)}'`));
      const source = "def f(x):\n    print(str(x) * 60_000)\n    return str(x) * 60_000";
      expect(await verdicts(source, tests)).toEqual(["EXECUTED", ...tests.map(() => "OK")]);
    });

    it("carries every kind of value both ways", async () => {
      const values = [
        "None", "True", "-0.0", "nan", "inf", "10**30 + 1".replace("10**30 + 1", "1000000000000000000000000000001"), "(1+2j)", "'é\\ud800😀\\n'",
        "b'\\x00\\xff'", "[1, [2, (3,)]]", "{1, 2}", "frozenset({(1, 2)})", "{'a': {1: None}, (1, 2): []}", "()",
      ]; // prettier-ignore
      const tests = values.map((value) => call(value, value));
      expect(await verdicts("nan = float('nan')\ninf = float('inf')\ndef f(x):\n    return x", tests)).toEqual([
        "EXECUTED",
        ...values.map(() => "OK"),
      ]);
    });

    it("takes a bool for an int only where the environment says so", async () => {
      const tests = [call("1", "1")];
      const execution = await sandbox.execute(request("def f(x):\n    return x == 1", tests));
      expect(judge(execution, tests).tests[0]?.verdict).toBe("WRONG");
      expect(judge(execution, tests, { boolIsInt: true }).tests[0]?.verdict).toBe("OK");
    });

    it("reads subclasses of plain types as the plain values they equal", async () => {
      const source =
        "from collections import Counter, OrderedDict, namedtuple\nfrom enum import IntEnum\nP = namedtuple('P', 'x y')\nclass E(IntEnum):\n    A = 7\ndef f(x):\n    return [Counter('aab'), OrderedDict(a=1), P(1, 2), E.A]";
      expect(await verdicts(source, [call("0", "[{'a': 2, 'b': 1}, {'a': 1}, (1, 2), 7]")])).toEqual(["EXECUTED", "OK"]);
    });

    it("finds objects without a wire form wrong, never a crash", async () => {
      const tests = [call("0", "[0]"), call("1", "1"), call("2", "2"), call("3", "3")];
      const source = "class C:\n    pass\ndef f(x):\n    return [range(1), C(), f, (i for i in 'a')][x]";
      expect(await verdicts(source, tests)).toEqual(["EXECUTED", "WRONG", "WRONG", "WRONG", "WRONG"]);
    });

    it("runs a check against the candidate in another process", async () => {
      const passing = check("def check(candidate):\n    assert candidate([3, 1]) == [1, 3]\n    assert candidate(xs=[]) == []");
      const failing = check("def check(candidate):\n    assert candidate([3, 1]) == [3, 1], 'order'");
      const raising = check("def check(candidate):\n    candidate(7)");
      const expecting = check(
        "def check(candidate):\n    try:\n        candidate(7)\n    except TypeError:\n        return\n    assert False",
      );
      expect(await verdicts("def f(xs):\n    return sorted(xs)", [passing, failing, raising, expecting])).toEqual([
        "EXECUTED",
        "OK",
        "WRONG",
        "RUNTIME",
        "OK",
      ]);
    });

    it("shows a check what the candidate did to its arguments", async () => {
      const mutating = check(
        "def check(candidate):\n    xs, d = [3, 1], {'a': {1}}\n    assert candidate(xs, d) is None\n    assert xs == [1, 3] and d == {'b': 2}",
      );
      expect(await verdicts("def f(xs, d):\n    xs.sort()\n    d.clear()\n    d['b'] = 2", [mutating])).toEqual(["EXECUTED", "OK"]);
    });

    it("lets no candidate into the check: neither its equality, nor its output, nor its exit", async () => {
      const test = check("def check(candidate):\n    assert candidate(1) == 12345");
      const equal = "class Any:\n    def __eq__(self, other): return True\n    __hash__ = None\ndef f(x):\n    return Any()";
      expect(await verdicts(equal, [test])).toEqual(["EXECUTED", "WRONG"]);
      expect(await verdicts("import os\ndef f(x):\n    os.write(3, b'P\\n'); os.write(1, b'P\\n')\n    os._exit(0)", [test])).not.toContain(
        "OK",
      );
      expect(await verdicts("import builtins\nbuiltins.AssertionError = ValueError\ndef f(x):\n    return 1", [test])).toEqual([
        "EXECUTED",
        "WRONG",
      ]);
    });

    it("answers the same twice: hashes, random and the order of sets are fixed", async () => {
      const source =
        "import random\ndef f(x):\n    return [random.random(), hash('text'), list({'a', 'b', 'c', 'd'}), random.sample(range(100), 3)]";
      const answers = [await sandbox.execute(request(source, [call("0", "0")])), await sandbox.execute(request(source, [call("0", "0")]))];
      expect(answers[0]?.probes).toEqual(answers[1]?.probes);
    });

    it("tells programs that depend on chance or time from those that do not", async () => {
      const source =
        "import random, time, os\ndef f(x):\n    return [sorted([3, 1]), random.random(), time.time_ns(), os.urandom(8), random.Random(5).random()][x]";
      const tests = [0, 1, 2, 3, 4].map((at) => call(String(at), "0"));
      expect(await findFlaky(sandbox, request(source, tests))).toEqual([1, 2, 3]);
    });

    it("shows a program nothing of an earlier one", async () => {
      await verdicts("open('/tmp/left', 'w').write('x')\nimport sys, builtins\nsys.left = builtins.left = 1\ndef f(x):\n    return x", [
        call("1", "1"),
      ]);
      const source =
        "import os, sys, builtins\ndef f(x):\n    return [os.path.exists('/tmp/left'), hasattr(sys, 'left'), hasattr(builtins, 'left'), 'left' in repr(os.listdir('.'))]";
      expect(await verdicts(source, [call("0", "[False, False, False, False]")])).toEqual(["EXECUTED", "OK"]);
    });

    it("ends a program whose execution is aborted, and holds nothing against it", async () => {
      const controller = new AbortController();
      const running = sandbox.execute(request("import time\ndef f(x):\n    time.sleep(60)", [call("1", "1")]), controller.signal);
      setTimeout(() => controller.abort(), 100);
      expect(await running).toMatchObject({ outcome: "SANDBOX_ERROR", detail: "the execution was aborted" });
    });

    it("needs no probes", async () => {
      expect(await verdicts("print('only loaded')", [])).toEqual(["EXECUTED"]);
    });
  });
}
