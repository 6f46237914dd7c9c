// Owns: building the S3 server that tests use from the sources that tools/versitygw/go.mod and go.sum pin. Must not know: the tests.
// Minutes on two cores the first time, seconds when Go's own cache is warm; nothing where it is there already.
import { execFileSync } from "node:child_process";
import { existsSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { findGo } from "../apps/cli/src/up/find-go.ts";
import { gradusCache, makeFolder } from "../apps/cli/src/up/gradus-folders.ts";
import { s3ServerProgram } from "../tests/testkit/s3/s3-server.ts";

const program = s3ServerProgram();
if (!existsSync(program)) {
  makeFolder(dirname(program));
  const go = await findGo({ folder: gradusCache(), env: process.env, onProgress: (message) => console.log(message) });
  const unfinished = `${program}.${process.pid}`;
  console.log(`building the S3 server of the tests with Go ${go.version}`);
  execFileSync(
    go.program,
    ["build", "-mod=readonly", "-trimpath", "-ldflags", "-s -w", "-o", unfinished, "github.com/versity/versitygw/cmd/versitygw"],
    {
      cwd: fileURLToPath(new URL("versitygw", import.meta.url)),
      env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOTOOLCHAIN: "local", GOWORK: "off" },
      stdio: "inherit",
    },
  );
  renameSync(unfinished, program);
}
console.log(program);
