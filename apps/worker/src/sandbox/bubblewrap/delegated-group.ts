// Owns: making this node's own cgroup v2 ready to have groups below it, where it was delegated to us. Must not know: slots, rollouts.
import { mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readProc } from "./read-proc.ts";

const CONTROLLERS = ["memory", "pids"];
/** Where the processes of the group go: the kernel gives controllers only to the children of a group that holds no processes itself. */
const HOME = "gradus-home";

/**
 * The group in which groups with limits can be made, at best `own`, in which this process is. A group whose processes all descend from one
 * (a service, a scope, a terminal) is arranged for that: they go to a child of it, `gradus-home`.
 */
export function delegatedGroup(own: string): { readonly parent: string } | { readonly why: string } {
  const parent = basename(own) === HOME ? dirname(own) : own;
  const lacking = CONTROLLERS.filter((name) => !words(join(parent, "cgroup.controllers")).includes(name));
  if (lacking.length > 0) return { why: `no ${lacking.join(" and ")} controller in ${parent}` };
  try {
    const given = words(join(parent, "cgroup.subtree_control"));
    if (!CONTROLLERS.every((name) => given.includes(name))) {
      const strangers = clearOut(parent);
      if (strangers !== null) return { why: strangers };
      writeFileSync(join(parent, "cgroup.subtree_control"), CONTROLLERS.map((name) => `+${name}`).join(" "));
    }
    const trial = join(parent, `gradus-${process.pid}-try`);
    mkdirSync(trial);
    rmdirSync(trial);
    return { parent };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}

/** Moves the processes of a group to a child of it; or says why it is not ours to do. */
function clearOut(group: string): string | null {
  const members = new Set(words(join(group, "cgroup.procs")).map(Number));
  // The root group may hold processes and have controllers.
  if (members.size === 0 || readProc(join(group, "cgroup.type")) === "") return null;
  const tops = new Set([...members].map((pid) => topOf(pid, members)));
  if (tops.size > 1) return `${group} is shared with processes that are not ours: start Gradus in a delegated scope of its own`;
  const home = join(group, HOME);
  mkdirSync(home, { recursive: true });
  for (const pid of members) if (readProc(`/proc/${pid}/stat`) !== "") writeFileSync(join(home, "cgroup.procs"), String(pid));
  return null;
}

/** The eldest ancestor that is a member as well. */
function topOf(pid: number, members: ReadonlySet<number>): number {
  const stat = readProc(`/proc/${pid}/stat`);
  const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? 0);
  return members.has(parent) ? topOf(parent, members) : pid;
}

const words = (path: string): string[] => readProc(path).split(/\s+/u).filter(Boolean);
