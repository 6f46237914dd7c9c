// Owns: what all processes of one slot stand on: its uid, its mount tree, its environment. Must not know: what runs there.
import type { HostPython } from "./python.ts";

export interface SlotGround {
  readonly bubblewrap: string;
  readonly python: HostPython;
  /** The unprivileged ids that bubblewrap itself is started with; empty where this process is not root. */
  readonly identity: { readonly uid?: number; readonly gid?: number };
  readonly env: NodeJS.ProcessEnv;
  /** Namespaces and the read-only part of the mount tree. */
  readonly treeArgs: readonly string[];
}

/** First uid of the slots when running as root: above what distributions give to people and services, below `nobody`. */
const FIRST_UID = 61_200;

/** Nothing of the host's environment goes in. The hash seed is fixed, so that sets are iterated in the same order every time. */
export const GUEST_ENV = { PATH: "/usr/bin:/bin", HOME: "/tmp", LANG: "C.UTF-8", PYTHONHASHSEED: "0", TZ: "UTC" };

const NAMESPACES = (
  "--unshare-user --unshare-pid --unshare-net --unshare-ipc --unshare-uts --unshare-cgroup-try --die-with-parent --new-session " +
  "--as-pid-1 --hostname sandbox --uid 1000 --gid 1000 --cap-drop ALL"
).split(" ");
const DEVICES = ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"];

export function layGround(bubblewrap: string, python: HostPython, usr: readonly string[], slot: number): SlotGround {
  const root = process.getuid?.() === 0;
  const uid = FIRST_UID + (slot % 256);
  return {
    bubblewrap,
    python,
    identity: root ? { uid, gid: uid } : {},
    env: GUEST_ENV,
    treeArgs: [
      ...NAMESPACES,
      ...usr,
      ...python.binds.flatMap((path) => ["--ro-bind", path, path]),
      ...DEVICES.flatMap((node) => ["--dev-bind", node, node]),
    ],
  };
}
