// Owns: the order in which a Temporal server is looked for, with small programs in its place. Must not know: the real server.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cachedTemporal, findTemporal } from "@gradus/cli/up/find-temporal";
import { archiveSha256, temporalVersion } from "@gradus/cli/up/temporal-version";
import { afterEach, describe, expect, it } from "vitest";

const folder = () => mkdtempSync(join(tmpdir(), "gradus-find-temporal-"));
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A program that only knows its version. */
function program(path: string, version: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho "temporal version ${version} (Server 1.29.1, UI 2.42.1)"\n`);
  chmodSync(path, 0o755);
  return path;
}

/** A server that answers every request with the same bytes. */
async function mirror(bytes: string): Promise<string> {
  const server = createServer((_, response) => response.end(bytes));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("looking for a Temporal server", () => {
  it("takes the one on the PATH when its version is the pinned one", async () => {
    const path = folder();
    const wanted = program(join(path, "temporal"), temporalVersion);
    expect(await findTemporal({ cache: folder(), env: { PATH: path } })).toEqual({ program: wanted, from: "PATH" });
  });

  it("leaves one of another version on the PATH alone, says so, and takes the one in the cache", async () => {
    const [path, cache] = [folder(), folder()];
    program(join(path, "temporal"), "1.4.0");
    const wanted = program(cachedTemporal(cache), temporalVersion);
    const said: string[] = [];
    const found = await findTemporal({ cache, env: { PATH: path }, onProgress: (message) => said.push(message) });
    expect(found).toEqual({ program: wanted, from: "cache" });
    expect(said).toEqual([`${join(path, "temporal")} is version 1.4.0, not the pinned ${temporalVersion}`]);
  });

  it("does not believe a download whose SHA-256 is not the pinned one, and keeps none of its bytes", async () => {
    const cache = folder();
    const env = { PATH: process.env["PATH"], GRADUS_TEMPORAL_MIRROR: await mirror("not the archive") };
    await expect(findTemporal({ cache, env, ways: ["cache", "download"] })).rejects.toThrow(
      /was not believed: its SHA-256 is [0-9a-f]{64}, not/,
    );
    expect(existsSync(cachedTemporal(cache))).toBe(false);
    expect(readdirSync(dirname(cachedTemporal(cache)))).toEqual([]);
  });

  it("names every way it tried, and what to do, when none leads to a server", async () => {
    const env = { PATH: folder(), GRADUS_TEMPORAL_MIRROR: "http://127.0.0.1:1" };
    const said: string[] = [];
    const looking = findTemporal({ cache: folder(), env, onProgress: (message) => said.push(message) });
    await expect(looking).rejects.toMatchObject({
      name: "UnusableError",
      why: expect.stringMatching(
        /no temporal on the PATH; nothing at .*; the official Temporal download is not reachable .*; .*no Go on the PATH, no pip/,
      ),
      whatToDo: expect.stringContaining("TEMPORAL_ADDRESS"),
    });
    expect(said.join("\n")).toContain("downloading Temporal");
  });

  it("refuses a Go that is too old to build it", async () => {
    const path = folder();
    writeFileSync(join(path, "go"), "#!/bin/sh\necho go version go1.24.9 linux/amd64\n", { mode: 0o755 });
    await expect(findTemporal({ cache: folder(), env: { PATH: path }, ways: ["build"] })).rejects.toThrow(
      /the Go on the PATH is 1\.24\.9, older than 1\.25/,
    );
  });

  it("has a pinned SHA-256 for every platform Postgres is brought for", () => {
    expect(Object.keys(archiveSha256)).toEqual(["linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64"]);
    for (const sum of Object.values(archiveSha256)) expect(sum).toMatch(/^[0-9a-f]{64}$/);
  });
});
