// Owns: `gradus doctor`: every check in order, as text or JSON, and the exit code. Must not know: how a check is made.
import pc from "picocolors";
import { gradusHome } from "../up/gradus-folders.ts";
import { checkDisk, checkPorts, checkSandbox } from "./check-machine.ts";
import { checkBubblewrap, checkNode, checkPostgres, checkPython, checkTemporal } from "./check-programs.ts";
import { examine, type Finding } from "./finding.ts";

const marks = { OK: pc.green("ok  "), NOTE: pc.yellow("note"), BAD: pc.red("bad ") };

/** Checks this machine and tells what it found. Returns the exit code: 0 when Gradus can run, 3 when it cannot. */
export async function doctor({ json = false }: { json?: boolean }): Promise<number> {
  const { env } = process;
  const home = gradusHome();
  const checks: readonly [string, () => Finding | Promise<Finding>][] = [
    ["Node", checkNode],
    ["python3", checkPython],
    ["bubblewrap", checkBubblewrap],
    ["sandbox", () => checkSandbox(env)],
    ["Postgres", () => checkPostgres(env)],
    ["Temporal", () => checkTemporal(env)],
    ["disk", () => checkDisk(home)],
    ["ports", () => checkPorts(home)],
  ];
  const findings: Finding[] = [];
  for (const [name, check] of checks) {
    const finding = await examine(name, check);
    findings.push(finding);
    if (!json) console.log(format(finding));
  }
  const usable = findings.every(({ severity }) => severity !== "BAD");
  if (json) console.log(JSON.stringify({ usable, home, findings }, null, 2));
  else console.log(usable ? "Gradus can run here." : "Gradus cannot run here yet.");
  return usable ? 0 : 3;
}

function format({ name, severity, what, details = [], why, whatToDo }: Finding): string {
  const more = severity === "OK" ? [] : [`       why: ${why}`, `       what to do: ${whatToDo}`];
  return [`${marks[severity]} ${name}: ${what}`, ...details.map((detail) => `       ${detail}`), ...more].join("\n");
}
