// Owns: a real S3 server (versitygw over a folder) for a test: it checks signatures and payload hashes, and drops what was cut short.
// Must not know: what a test is about. `npm run build:s3` builds its program once.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { choosePort } from "@gradus/cli/up/free-port";
import { gradusCache } from "@gradus/cli/up/gradus-folders";
import { describeExit, startGuarded, type ServerExit } from "@gradus/cli/up/guarded-process";

/** As in tools/versitygw/go.mod. */
const VERSION = "1.8.0";

/** Where its program lies once built. */
export const s3ServerProgram = (): string => join(gradusCache(), "versitygw", `versitygw-${VERSION}`);
export const hasS3Server = (): boolean => existsSync(s3ServerProgram());

export interface S3Server {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  /** Process id of the server. */
  readonly pid: number | null;
  /** Where the bucket's objects lie as files under their names. */
  readonly folder: string;
  close(): Promise<void>;
}

/** Starts it with one empty bucket. */
export async function startS3Server(): Promise<S3Server> {
  const home = await mkdtemp(join(tmpdir(), "gradus-s3-"));
  const [data, meta] = [join(home, "data"), join(home, "meta")];
  const bucket = "checkpoints";
  for (const folder of [join(data, bucket), meta]) await mkdir(folder, { recursive: true });
  const port = await choosePort();
  const [accessKeyId, secretAccessKey] = ["gradus-test", "a-secret-of-this-test"];
  // Under a guard, so that it ends with this process, however that ends.
  const server = await startGuarded(
    {
      command: s3ServerProgram(),
      args: [
        "--port",
        `127.0.0.1:${port}`,
        "--quiet",
        "--access",
        accessKeyId,
        "--secret",
        secretAccessKey,
        "posix",
        "--sidecar",
        meta,
        data,
      ],
      stopSignal: "SIGTERM",
      graceMs: 1_000,
      pidFile: join(home, "pid"),
    },
    join(home, "log"),
  );
  const end: { how?: ServerExit } = {};
  void server.exited.then((how) => (end.how = how));
  const endpoint = `http://127.0.0.1:${port}`;
  // Any answer will do: it listens.
  while (
    !(await fetch(endpoint).then(
      () => true,
      () => false,
    ))
  ) {
    if (end.how !== undefined) throw new Error(describeExit("the S3 server", end.how));
    await pause(20);
  }
  return {
    endpoint,
    bucket,
    accessKeyId,
    secretAccessKey,
    region: "us-east-1",
    pid: server.pid,
    folder: join(data, bucket),
    async close() {
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
