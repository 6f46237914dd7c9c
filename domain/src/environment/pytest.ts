// Owns: writing a function from a description, judged by the test functions of a pytest module (KodCode). Must not know: the importers.
import { EXACT, allTestsPass, type Environment } from "./environment.ts";
import { findProgram } from "./program-text.ts";

/**
 * What of pytest the tests may use, without pytest: `raises`, `approx` and `mark.parametrize`. It runs on the trusted side, where the
 * candidate is a proxy: the program that is judged sees neither tests nor expected values.
 */
const PYTEST = `
import math, re, sys, types
class raises:
    def __init__(self, expected, match=None):
        self.expected, self.match, self.value = expected, match, None
    def __enter__(self):
        return self
    def __exit__(self, kind, value, trace):
        if kind is None:
            raise AssertionError("did not raise")
        self.value = value
        return issubclass(kind, self.expected) and (self.match is None or re.search(self.match, str(value)) is not None)
class approx:
    def __init__(self, expected, rel=1e-6, abs=1e-12, nan_ok=False):
        self.expected, self.rel, self.abs, self.nan_ok = expected, rel, abs, nan_ok
    def __eq__(self, actual):
        if isinstance(self.expected, (list, tuple)):
            return len(actual) == len(self.expected) and all(self.near(a, e) for a, e in zip(actual, self.expected))
        if isinstance(self.expected, dict):
            return actual.keys() == self.expected.keys() and all(self.near(actual[k], e) for k, e in self.expected.items())
        return self.near(actual, self.expected)
    def near(self, a, e):
        if math.isnan(e):
            return self.nan_ok and math.isnan(a)
        return a == e or abs(a - e) <= max(self.rel * abs(e), self.abs)
def parametrize(names, values, **_):
    names = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    def wrap(test):
        def each():
            for value in values:
                test(**dict(zip(names, value if len(names) > 1 else (value,))))
        return each
    return wrap
pytest = types.ModuleType("pytest")
pytest.raises, pytest.approx = raises, approx
pytest.mark = types.SimpleNamespace(parametrize=parametrize)
sys.modules["pytest"] = pytest
`;

/** The check that runs one test function of a module that imports `entryPoint` from `solution`. */
export function composePytest(module: string, entryPoint: string, testName: string): string {
  return `${PYTEST}
def check(candidate):
    solution = types.ModuleType("solution")
    setattr(solution, ${JSON.stringify(entryPoint)}, candidate)
    sys.modules["solution"] = solution
    scope = {"__name__": "test_solution"}
    exec(compile(${JSON.stringify(module)}, "test_solution.py", "exec"), scope)
    scope[${JSON.stringify(testName)}]()
`;
}

export const environment: Environment = {
  name: "PYTEST",
  summary: "write a function from a description; right when every test function of its pytest module passes",
  template: "{message}\n",
  pose: ({ message }) => `${message}\n`,
  demonstration: ({ reference }) => reference,
  extract: (completion, { entryPoint }) => findProgram(completion, entryPoint),
  judging: EXACT,
  reward: allTestsPass,
};
