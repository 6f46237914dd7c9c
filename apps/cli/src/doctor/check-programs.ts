// Owns: the checks of programs that Gradus needs or profits from. Must not know: how findings are shown.
import { spawnSync } from "node:child_process";
import { findPostgresPrograms } from "../up/embedded-postgres.ts";
import { usePostgres, useTemporal } from "../up/external-server.ts";
import { findGo } from "../up/find-go.ts";
import { findTemporal } from "../up/find-temporal.ts";
import { gradusCache } from "../up/gradus-folders.ts";
import { findPostgresUser } from "../up/postgres-user.ts";
import { archiveIsReachable } from "../up/download-temporal.ts";
import { temporalVersion } from "../up/temporal-version.ts";
import { type Finding, fine } from "./finding.ts";

const oldestNode = 26;

export function checkNode(): Finding {
  const major = Number(process.versions.node.split(".")[0]);
  if (major >= oldestNode) return fine("Node", `Node ${process.versions.node}`);
  return {
    name: "Node",
    severity: "BAD",
    what: `Node ${process.versions.node}`,
    why: `Gradus needs Node ${oldestNode} or later`,
    whatToDo: "Run `npm ci` and start Gradus with `npm start` or `npx gradus`: that brings the right Node",
  };
}

export function checkPython(): Finding {
  const { status, stdout } = spawnSync("python3", ["--version"], { encoding: "utf8" });
  if (status === 0) return fine("python3", stdout.trim());
  const why = "no python3 on the PATH; programs run in Pyodide instead, which is slower";
  return { name: "python3", severity: "NOTE", what: "No python3", why, whatToDo: "apt-get install python3" };
}

export function checkBubblewrap(): Finding {
  const { status, stdout } = spawnSync("bwrap", ["--version"], { encoding: "utf8" });
  if (status === 0) return fine("bubblewrap", stdout.trim());
  const why = "no bwrap on the PATH; programs run in Pyodide instead, which is slower";
  return { name: "bubblewrap", severity: "NOTE", what: "No bubblewrap", why, whatToDo: "apt-get install bubblewrap" };
}

export async function checkPostgres(env: NodeJS.ProcessEnv): Promise<Finding> {
  if (env["DATABASE_URL"]) {
    await usePostgres(env["DATABASE_URL"]);
    return fine("Postgres", "the Postgres of DATABASE_URL answers");
  }
  const { postgres } = await findPostgresPrograms(findPostgresUser());
  return fine("Postgres", `${spawnSync(postgres, ["--version"], { encoding: "utf8" }).stdout.trim()}, embedded`);
}

export async function checkTemporal(env: NodeJS.ProcessEnv): Promise<Finding> {
  if (env["TEMPORAL_ADDRESS"]) {
    await useTemporal(env);
    return fine("Temporal", "the Temporal of TEMPORAL_ADDRESS answers");
  }
  try {
    const { program, from } = await findTemporal({ env, ways: ["PATH", "cache"] });
    return fine("Temporal", `temporal ${temporalVersion} from ${from}: ${program}`);
  } catch {
    // Not here yet: which way will bring it?
    if (await archiveIsReachable(env)) return fine("Temporal", `temporal ${temporalVersion} will be downloaded at the first start`);
    const go = await findGo({ folder: gradusCache(env), env, onProgress: () => undefined });
    return {
      name: "Temporal",
      severity: "NOTE",
      what: `temporal ${temporalVersion} will be built at the first start`,
      why: `it is neither on the PATH nor in the cache, and the official download is not reachable; Go ${go.version} is there`,
      whatToDo: "Nothing: the first start takes some five minutes longer, once",
    };
  }
}
