// Owns: who may use a data folder, and what is said to the others. Must not know: what is kept in it.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { checkFreeSpace, openDataFolder, writeRunning } from "@gradus/cli/up/data-folder";
import { tryLock } from "@gradus/cli/up/file-lock";
import { describe, expect, it } from "vitest";

const folder = () => mkdtempSync(join(tmpdir(), "gradus-data-folder-"));

describe("the data folder", () => {
  it("is for one launcher at a time, and the second is told who has it and where its API is", () => {
    const home = folder();
    const first = openDataFolder(home);
    writeRunning(home, { pid: process.pid, apiUrl: "http://127.0.0.1:7400", temporalAddress: "", temporalUiUrl: null, pids: {} });
    expect(() => openDataFolder(home)).toThrow(
      new RegExp(`process ${process.pid} uses .*its API is at http://127.0.0.1:7400.*kill ${process.pid}`),
    );
    first.release();
    openDataFolder(home).release();
  });

  it("is free again when the launcher that had it was killed", () => {
    const home = folder();
    const { pid } = spawnSync("true");
    writeFileSync(join(home, "lock"), `${pid} 12345`);
    openDataFolder(home).release();
  });

  it("is free again when the id of the killed launcher now belongs to another process", () => {
    const home = folder();
    writeFileSync(join(home, "lock"), `${process.pid} 1`);
    const lock = tryLock(join(home, "lock"));
    expect(lock.held).toBe(process.platform === "linux");
  });

  it("of a newer Gradus is left alone", () => {
    const home = folder();
    writeFileSync(join(home, "version.json"), '{"layout":99}');
    expect(() => openDataFolder(home)).toThrow(/of a newer Gradus.*layout 99.*Update Gradus/);
    expect(readFileSync(join(home, "version.json"), "utf8")).toBe('{"layout":99}');
    expect(tryLock(join(home, "lock")).held).toBe(true);
  });

  it("on a disk with too little room is refused with the figures", () => {
    expect(() => checkFreeSpace(folder(), 2 ** 60)).toThrow(
      /The disk is full: \d+ MB are free at .*, and Gradus needs 1099511627776 MB\. Free some space/,
    );
  });

  it("that cannot be made is refused with the system's words", () => {
    const file = join(folder(), "file");
    writeFileSync(file, "");
    expect(() => openDataFolder(join(file, "home"))).toThrow(/cannot be made.*Set GRADUS_HOME/);
  });
});
