// Owns: what another user of this machine can reach; tried for real, since every folder above a file has a say. Must not know: who that is and why.
import { spawnSync } from "node:child_process";

/** Without ids: ourselves. */
export interface OtherUser {
  readonly uid?: number;
  readonly gid?: number;
}

/** Whether that user can run the program. */
export const canRun = (user: OtherUser, program: string): boolean => spawnSync(program, ["--version"], { ...user, cwd: "/" }).status === 0;

/** Whether that user can enter the folder. */
export const canEnter = (user: OtherUser, folder: string): boolean => inShell(user, 'cd "$1"', folder);

/** Whether that user can read the file. */
export const canRead = (user: OtherUser, file: string): boolean => inShell(user, ': < "$1"', file);

const inShell = (user: OtherUser, script: string, path: string): boolean =>
  spawnSync("/bin/sh", ["-c", script, "sh", path], { ...user, cwd: "/" }).status === 0;
