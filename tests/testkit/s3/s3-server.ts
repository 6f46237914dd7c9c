// Owns: a real S3 server (versitygw over a folder) for a test: it checks signatures and payload hashes, and drops what was cut short.
// Must not know: what a test is about. `npm run build:s3` builds its program once.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { choosePort } from "@gradus/cli/up/free-port";
import { gradusCache } from "@gradus/cli/up/gradus-folders";

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
  const child = spawn(s3ServerProgram(), ["--port", `127.0.0.1:${port}`, "--quiet", "posix", "--sidecar", meta, data], {
    env: { ROOT_ACCESS_KEY: accessKeyId, ROOT_SECRET_KEY: secretAccessKey },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => void (complaints += String(chunk)));
  const endpoint = `http://127.0.0.1:${port}`;
  // Any answer will do: it listens.
  while (
    !(await fetch(endpoint).then(
      () => true,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error(`the S3 server ended: ${complaints}`);
    await pause(20);
  }
  return {
    endpoint,
    bucket,
    accessKeyId,
    secretAccessKey,
    region: "us-east-1",
    folder: join(data, bucket),
    async close() {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
      await rm(home, { recursive: true, force: true });
    },
  };
}
