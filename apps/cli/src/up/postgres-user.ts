// Owns: which operating-system user runs Postgres, since Postgres refuses to run as root. Must not know: how Postgres is started.
import { spawnSync } from "node:child_process";
import { UnusableError } from "./unusable.ts";

/** User and group to run Postgres as; empty when the launcher's own user will do. */
export type PostgresUser = { uid: number; gid: number } | Record<string, never>;

/**
 * The user to run Postgres as: ourselves, or for root the system's `postgres` user, which is made when it is missing.
 * @throws UnusableError when root cannot make that user
 */
export function findPostgresUser(): PostgresUser {
  if (process.getuid?.() !== 0) return {};
  const found = lookUp();
  if (found !== null) return found;
  const made = spawnSync("useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", "postgres"], {
    encoding: "utf8",
  });
  const user = lookUp();
  if (user !== null) return user;
  throw new UnusableError({
    what: "Postgres cannot run",
    why: `it refuses to run as root, and a user "postgres" could not be made (${made.stderr?.trim() || made.error?.message})`,
    whatToDo: 'Run Gradus as an ordinary user, or make a system user named "postgres"',
  });
}

function lookUp(): PostgresUser | null {
  const [uid, gid] = ["-u", "-g"].map((flag) => spawnSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return uid?.status === 0 && gid?.status === 0 ? { uid: Number(uid.stdout), gid: Number(gid.stdout) } : null;
}
