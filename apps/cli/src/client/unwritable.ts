// Owns: what is said of a file that cannot be written where the user named it. Must not know: what files hold.
import { RefusedError } from "./refused.ts";

/** Of the user's making; a disk that is full, or breaks, is not. */
const BY_ITS_NAME: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist",
  ENOTDIR: "what should be its folder is a file",
  EISDIR: "it is a folder",
  EACCES: "it may not be written to",
  EPERM: "it may not be written to",
  EROFS: "it lies in a file system that is read-only",
};

/** Awaits a write. @throws RefusedError naming `flag` where the place of `file` is to blame, anything else as it is */
export async function writing<Result>(file: string, flag: string, write: Promise<Result>): Promise<Result> {
  try {
    return await write;
  } catch (error) {
    const why = BY_ITS_NAME[(error as NodeJS.ErrnoException).code ?? ""];
    if (why === undefined) throw error;
    throw new RefusedError(`${file} cannot be written: ${why}`, [
      { path: flag, value: file, expected: "a file in a folder that exists and may be written to" },
    ]);
  }
}
