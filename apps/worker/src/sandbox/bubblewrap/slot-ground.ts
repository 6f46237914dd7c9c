// Owns: what all processes of one slot stand on: its uid, its control group, its mount tree, its environment. Must not know: what runs there.
import { type CgroupMode, SlotCgroup } from "./cgroup.ts";
import type { HostPython } from "./python.ts";

/** What a machine offers to slots, found once. */
export interface Machine {
  readonly bubblewrap: string;
  readonly python: HostPython;
  /** bubblewrap arguments for the host's /usr and what belongs to it. */
  readonly usr: readonly string[];
  readonly cgroups: CgroupMode;
}

export interface SlotGround {
  readonly python: HostPython;
  readonly identity: { readonly uid?: number; readonly gid?: number };
  readonly env: NodeJS.ProcessEnv;
  /** Namespaces and the read-only part of the mount tree. */
  readonly treeArgs: readonly string[];
  readonly cgroup: SlotCgroup | null;
  /** How to start bubblewrap with these arguments on this ground. */
  readonly command: (args: readonly string[]) => Command;
}

export interface Command {
  readonly file: string;
  readonly args: string[];
  readonly options: { readonly uid?: number; readonly gid?: number };
}

/** Size of the work directory, and the most processes and threads of one rollout. */
export const WORK_MB = 16;
export const PROCESSES = 32;

/** First uid of the slots when running as root: above what distributions give to people and services, below `nobody`. */
const FIRST_UID = 61_200;
const UIDS = 1_024;

/** Nothing of the host's environment goes in. The hash seed is fixed, so that sets are iterated in the same order every time. */
const GUEST_ENV = { PATH: "/usr/bin:/bin", HOME: "/tmp", LANG: "C.UTF-8", PYTHONHASHSEED: "0", PYTHONDONTWRITEBYTECODE: "1", TZ: "UTC" };

/** What `-I -S` does, except that the environment, which is ours alone, is read: `-I` would ignore the hash seed. The guest unlists ''. */
export const PYTHON_FLAGS = ["-s", "-S"] as const;

const NAMESPACES = (
  "--unshare-user --unshare-pid --unshare-net --unshare-ipc --unshare-uts --unshare-cgroup-try --die-with-parent --new-session " +
  "--as-pid-1 --hostname sandbox --uid 1000 --gid 1000 --cap-drop ALL"
).split(" ");
const DEVICES = ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"];

let grounds = 0;

/** Makes the ground of one slot: as root a uid that no other living slot of this process has, and a control group of its own. */
export function layGround(machine: Machine): SlotGround {
  const { bubblewrap, python, usr, cgroups } = machine;
  const ordinal = grounds++;
  const uid = FIRST_UID + ((process.pid * 16 + ordinal) % UIDS);
  const identity = process.getuid?.() === 0 ? { uid, gid: uid } : {};
  const cgroup = cgroups.kind === "none" ? null : new SlotCgroup(cgroups, String(ordinal), WORK_MB, PROCESSES);
  return {
    python,
    identity,
    cgroup,
    env: GUEST_ENV,
    treeArgs: [
      ...NAMESPACES,
      ...usr,
      ...python.binds.flatMap((path) => ["--ro-bind", path, path]),
      ...DEVICES.flatMap((node) => ["--dev-bind", node, node]),
    ],
    command: (args) =>
      cgroup === null ? { file: bubblewrap, args: [...args], options: identity } : enter(cgroup, identity, [bubblewrap, ...args]),
  };
}

/** Starts a command inside a group: the shell joins it first and only then becomes the command, so nothing ever runs outside. */
function enter(cgroup: SlotCgroup, identity: SlotGround["identity"], command: readonly string[]): Command {
  const { uid, gid } = identity;
  const drop = uid === undefined ? "" : `setpriv --reuid ${uid} --regid ${gid} --clear-groups `;
  const join = cgroup.entrances.map((path) => `echo $$ > '${path}' && `).join("");
  return { file: "/bin/sh", args: ["-c", `${join}exec ${drop}"$@"`, "sh", ...command], options: {} };
}
