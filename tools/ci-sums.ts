// Owns: what the reports of all test runners come to: one line of sums, before it each test that failed or was skipped. Must not know: how tests are run.
// node tools/ci-sums.ts <folder of reports> [--failed-files]
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** What Vitest's JSON reporter says of a file. */
interface FileResult {
  readonly name: string;
  readonly status: "passed" | "failed";
  /** What failed outside any test: an import, a hook. */
  readonly message: string;
  readonly assertionResults: readonly {
    readonly status: string;
    readonly fullName: string;
    readonly failureMessages?: readonly string[];
  }[];
}
/** A report; one without files says its counts alone. `broken`: the runner's exit code said that something failed. */
interface Report {
  readonly testResults?: readonly FileResult[];
  readonly numPassedTests?: number;
  readonly numFailedTests?: number;
  readonly broken?: boolean;
  readonly brokenAgain?: boolean;
}

const [folder = "", flag] = process.argv.slice(2);
const reports = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .toSorted()
  .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Report);

const isWhole = ({ status, assertionResults }: FileResult): boolean =>
  status === "passed" && assertionResults.every((test) => test.status === "passed");
const files = reports.flatMap(({ testResults = [] }) => testResults);
// The last word on a file counts: that of a second run, where there was one.
const results = new Map(files.map((file) => [file.name, file]));
const pathOf = ({ name }: FileResult): string => relative(process.cwd(), name);

if (flag === "--failed-files") {
  for (const file of results.values()) if (!isWhole(file)) console.log(pathOf(file));
} else {
  const count = (status: (status: string) => boolean): number =>
    [...results.values()].flatMap(({ assertionResults }) => assertionResults).filter((test) => status(test.status)).length;
  const alone = (key: "numPassedTests" | "numFailedTests"): number =>
    reports.filter(({ testResults }) => testResults === undefined).reduce((sum, report) => sum + (report[key] ?? 0), 0);
  const passed = count((status) => status === "passed") + alone("numPassedTests");
  const failedTests = count((status) => status === "failed") + alone("numFailedTests");
  // A hook or an import that fails may leave no test that failed; a runner that ends badly while every file is whole failed outside all of them.
  const failedFiles = [...results.values()].filter(
    (file) => file.status === "failed" && file.assertionResults.every((test) => test.status !== "failed"),
  );
  const isUnheard =
    (reports.some(({ broken }) => broken) && files.every(isWhole)) ||
    (reports.some(({ brokenAgain }) => brokenAgain) && [...results.values()].every(isWhole));
  const failed = failedTests + failedFiles.length + (isUnheard ? 1 : 0);
  const skipped = count((status) => status !== "passed" && status !== "failed");

  for (const file of results.values()) {
    for (const test of file.assertionResults.filter(({ status }) => status !== "passed"))
      console.log(`${test.status}: ${pathOf(file)}: ${test.fullName}\n${test.failureMessages?.join("\n") ?? ""}`);
    if (file.status === "failed" && file.message !== "") console.log(`failed: ${pathOf(file)}\n${file.message}`);
  }
  for (const first of files)
    if (!isWhole(first) && isWhole(results.get(first.name) ?? first))
      console.log(`passed only when it was run again, alone: ${pathOf(first)}`);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed > 0 || skipped > 0 ? 1 : 0;
}
